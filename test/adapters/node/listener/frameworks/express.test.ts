import http from 'node:http';

import { fromRequestListener, onSessions } from '../../../../../src/adapters/node/index.js';
import { expectNothingUncaught } from '../../../../support/http/uncaught.js';
import { expressOn } from '../../../../support/node/express-app.js';
import { describeLoads } from '../../../../support/node/framework-loads.js';
import { listening, secureServer, served } from '../../../../support/node/on-loopback.js';

expectNothingUncaught();

describeLoads('Express', (stage) => listening(onSessions(http.createServer(expressOn(stage))), stage), {
  isPatient: true,
});

describeLoads('Express over TLS', (stage) => listening(onSessions(secureServer(expressOn(stage))), stage), {
  isVariant: true,
});

describeLoads('Express on HTTPServer', (stage) => served(fromRequestListener(expressOn(stage))), {
  hasSockets: false,
  isVariant: true,
});
