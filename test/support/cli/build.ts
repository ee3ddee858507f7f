import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import ts from 'typescript';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** The package as it is installed, built anew in a folder of its own. */
export interface BuiltPackage {
  /** The file of a script: `cli/main` for `src/cli/main.ts`. */
  script(name: string): string;
  /** Copies a file or a folder of the project to where it finds the package by its name; returns the path of the copy. */
  copyOf(path: string): string;
  remove(): void;
}

/** Builds the package without checking types, so that tests need no `dist` and never see an old one. */
export function buildPackage(): BuiltPackage {
  const folder = mkdtempSync(join(tmpdir(), 'http-session-build-'));
  for (const file of sourceFiles()) {
    const target = join(folder, 'dist', file.replace(/\.ts$/, '.js'));
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, transpiled(join(ROOT, file)));
  }
  copyFileSync(join(ROOT, 'package.json'), join(folder, 'package.json'));
  // The page is the one thing that is not made from sources here: it is built before all tests, where it is old.
  for (const link of ['node_modules', 'docs', 'dist/page']) symlinkSync(join(ROOT, link), join(folder, link));
  return {
    script: (name) => join(folder, 'dist', 'src', `${name}.js`),
    copyOf: (path) => {
      const copy = join(folder, 'copies', path);
      cpSync(join(ROOT, path), copy, { recursive: true });
      return copy;
    },
    remove: () => {
      rmSync(folder, { recursive: true });
    },
  };
}

function sourceFiles(): string[] {
  return ['src', 'machines'].flatMap((part) =>
    readdirSync(join(ROOT, part), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => join(part, file)),
  );
}

const { compilerOptions } = ts.readConfigFile(join(ROOT, 'tsconfig.json'), (file) => ts.sys.readFile(file))
  .config as { compilerOptions: Record<string, unknown> };

const { options } = ts.convertCompilerOptionsFromJson(
  { ...compilerOptions, declaration: false, declarationMap: false, sourceMap: false },
  ROOT,
);

function transpiled(file: string): string {
  // The package's own `"type"` is out of sight of a single file.
  const compilerOptions = { ...options, module: ts.ModuleKind.ESNext };
  return ts.transpileModule(readFileSync(file, 'utf8'), { compilerOptions }).outputText;
}
