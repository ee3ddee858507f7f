import { createServer } from 'node:http';

import { createApp } from '../handlers/express.mjs';
import { listening } from './server.mjs';

export const listen = () => listening(createServer({ keepAliveTimeout: 60_000 }, createApp()));
