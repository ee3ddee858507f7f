// A mistake that test/docs/examples.test.ts has to find.
import { HTTPClientSession } from 'http-session-machine';

new HTTPClientSession().detachTheSocket();
