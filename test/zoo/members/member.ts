import { readFileSync } from 'node:fs';

import type { AskClient } from '../../../src/testing/index.js';

/** Milliseconds after which a member gives up waiting, on paths on which time has to pass. */
export const SHORT = 400;

/** A server or a client of the zoo. */
export interface Member<TOpen> {
  /** As it is called in the table. */
  readonly name: string;
  /** What runs, with its version. */
  readonly version: string;
  /** How it was set up, as far as that matters. */
  readonly setting: string;
  /** Starts it; with all its timers at so many milliseconds when they are given, as it is by default otherwise. */
  readonly open: (timers?: number) => Promise<TOpen>;
}

/** A server that answers GET at `/`, and POST at `/echo` with what it got. */
export interface OpenServer {
  readonly port: number;
  readonly close: () => Promise<unknown>;
}

/** A client that keeps its connections. */
export interface OpenClient {
  readonly ask: AskClient;
  readonly close: () => Promise<unknown>;
}

export type ServerMember = Member<OpenServer>;
export type ClientMember = Member<OpenClient>;

const ROOT = new URL('../../../', import.meta.url);

/** The version of a package that is installed, or of this one. */
export function versionOf(name: string): string {
  const path = name === 'http-session-machine' ? 'package.json' : `node_modules/${name}/package.json`;
  const { version } = JSON.parse(readFileSync(new URL(path, ROOT), 'utf8')) as { readonly version: string };
  return `${name} ${version}`;
}

/** The version of what Node.js has in itself. */
export const NODE = `Node.js ${process.versions.node}`;
