// Is inspected, and has nothing else to do: it ends.
import { inspectSessions } from 'http-session-machine/inspect';

const inspection = inspectSessions({ url: process.argv[2] });
setTimeout(() => console.log(inspection.connected), 500);
