import express from 'express';

import { FILE_BYTES, HELLO, USER } from '../workloads.mjs';

/*
 * The Express application of the contestants that run one. docs/benchmarks.md shows its routes.
 */

const FILE = Buffer.alloc(FILE_BYTES, 'f');

/** @type {Record<string, { method: 'get' | 'post', path: string, handler: import('express').RequestHandler }>} */
export const ROUTES = {
  expressHello: { method: 'get', path: '/', handler: (req, res) => void res.send(HELLO) },
  expressJson: { method: 'get', path: '/json', handler: (req, res) => void res.json(USER) },
  expressFile: { method: 'get', path: '/file', handler: (req, res) => void res.send(FILE) },
  expressPost: {
    method: 'post',
    path: '/users',
    handler: (req, res) => void res.json({ name: req.body.name }),
  },
};

export function createApp() {
  const app = express();
  app.use(express.json());
  for (const { method, path, handler } of Object.values(ROUTES)) app[method](path, handler);
  return app;
}
