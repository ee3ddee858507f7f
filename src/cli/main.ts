#!/usr/bin/env node
/*
 * From version 22.8 on, Node.js can keep compiled code from one start to the next: that of modules that are loaded after
 * this call, so that they are imported dynamically. NODE_DISABLE_COMPILE_CACHE and NODE_COMPILE_CACHE apply.
 */
if (Number.parseInt(process.versions.node) >= 22) {
  const nodeModule = process.getBuiltinModule('node:module') as { enableCompileCache?: () => unknown };
  nodeModule.enableCompileCache?.();
}

void import('./command-line.js').then(({ runProcess }) => runProcess());
