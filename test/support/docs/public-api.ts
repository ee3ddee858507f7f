import { fileURLToPath } from 'node:url';

import ts from 'typescript';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** A member of a class or an interface. */
export interface PublicMember {
  /** As written: `get`, `[Symbol.asyncIterator]`, `constructor`. */
  readonly name: string;
  readonly isStatic: boolean;
  readonly isDocumented: boolean;
}

/** A name that an entry point of the package exports. */
export interface PublicName {
  readonly name: string;
  /** Whether it exists at run time: `export type` makes a type of a class. */
  readonly isValue: boolean;
  /** Whether it is a class whose constructor users do not see. */
  readonly isMadeInternally: boolean;
  readonly isDocumented: boolean;
  /** Whether it is a function, or a class that can be created or extended as it is. */
  readonly isCallable: boolean;
  /** The code of each `@example`. */
  readonly examples: readonly string[];
  /** Of classes and object types, with those inherited inside this project; empty for everything else. */
  readonly members: readonly PublicMember[];
}

/**
 * Compiles files for their types. Paths are relative to the root of the project.
 *
 * @param texts - files that exist in memory only, by path.
 * @param earlier - a program whose files are used again.
 */
export function compile(
  files: readonly string[],
  options: ts.CompilerOptions = {},
  texts: ReadonlyMap<string, string> = new Map(),
  earlier?: ts.Program,
): ts.Program {
  const config = ts.readConfigFile(`${ROOT}tsconfig.json`, (path) => ts.sys.readFile(path));
  const parsed = ts.parseJsonConfigFileContent(config.config, ts.sys, ROOT);
  const settings = { ...parsed.options, noEmit: true, ...options };
  const host = ts.createCompilerHost(settings);
  const textOf = (path: string): string | undefined => texts.get(path.replace(ROOT, ''));
  return ts.createProgram({
    rootNames: [...files, ...texts.keys()].map((file) => ROOT + file),
    options: settings,
    host: {
      ...host,
      fileExists: (path) => textOf(path) !== undefined || host.fileExists(path),
      readFile: (path) => textOf(path) ?? host.readFile(path),
      getSourceFile: (path, version) => {
        const text = textOf(path);
        if (text !== undefined) return ts.createSourceFile(path, text, version);
        return earlier?.getSourceFile(path) ?? host.getSourceFile(path, version);
      },
    },
  });
}

/** The type errors in some files of a program. */
export function complaints(program: ts.Program, files: readonly string[]): readonly string[] {
  return files
    .flatMap((file) => {
      const source = program.getSourceFile(ROOT + file);
      return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
    })
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '));
}

/** Everything that a module exports, as its users see it. */
export function exportsOf(program: ts.Program, file: string): readonly PublicName[] {
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(ROOT + file);
  const module = source === undefined ? undefined : checker.getSymbolAtLocation(source);
  if (module === undefined) throw new Error(`${file} is no module`);
  return checker.getExportsOfModule(module).map((exported) => {
    const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
    return {
      name: exported.name,
      isValue: (symbol.flags & ts.SymbolFlags.Value) !== 0 && !isTypeOnly(exported),
      isMadeInternally: isMadeInternally(symbol),
      isDocumented: isDocumented(symbol),
      isCallable: isCallable(symbol),
      examples: examplesOf(symbol),
      members: membersOf(symbol, checker),
    };
  });
}

function isTypeOnly(exported: ts.Symbol): boolean {
  return (exported.declarations ?? []).some((declaration) => ts.isTypeOnlyExportDeclaration(declaration));
}

function isMadeInternally(symbol: ts.Symbol): boolean {
  const constructor = symbol.members?.get(ts.InternalSymbolName.Constructor);
  const all = (constructor?.declarations ?? []).filter((declaration) =>
    ts.isConstructorDeclaration(declaration),
  );
  // Of an overloaded one, users see the signatures.
  const seen = all.length > 1 ? all.filter(({ body }) => body === undefined) : all;
  return seen.length > 0 && seen.every(isInternal);
}

function membersOf(symbol: ts.Symbol, checker: ts.TypeChecker): readonly PublicMember[] {
  if ((symbol.flags & ts.SymbolFlags.Type) === 0) return [];
  const instance = checker.getDeclaredTypeOfSymbol(symbol);
  // Members of a union are documented with each of its types.
  if (instance.isUnion()) return [];
  const members = instance.getProperties().map((member) => toMember(member, false));
  if ((symbol.flags & ts.SymbolFlags.Class) === 0) return members.flatMap((member) => member ?? []);
  const statics = checker.getTypeOfSymbol(symbol).getProperties();
  const constructor = symbol.members?.get(ts.InternalSymbolName.Constructor);
  return [
    constructor === undefined ? undefined : toMember(constructor, false),
    ...members,
    ...statics.filter(({ name }) => name !== 'prototype').map((member) => toMember(member, true)),
  ].flatMap((member) => member ?? []);
}

/** `undefined` for a member that is not public or is declared outside of this project. */
function toMember(symbol: ts.Symbol, isStatic: boolean): PublicMember | undefined {
  const declarations = (symbol.declarations ?? []).filter(
    (declaration) => !declaration.getSourceFile().fileName.includes('/node_modules/'),
  );
  const isPublic = declarations.some((declaration) => {
    const hidden = ts.ModifierFlags.Private | ts.ModifierFlags.Protected;
    return (ts.getCombinedModifierFlags(declaration) & hidden) === 0 && !isInternal(declaration);
  });
  if (!isPublic || symbol.name.includes('#')) return undefined;
  return { name: nameOf(symbol), isStatic, isDocumented: isDocumented(symbol) };
}

/* What overrides something means the same, and is documented there. */
function isDocumented(symbol: ts.Symbol): boolean {
  return (symbol.declarations ?? []).some(
    (declaration) =>
      documentation(declaration).length > 0 ||
      (ts.getCombinedModifierFlags(declaration) & ts.ModifierFlags.Override) !== 0,
  );
}

function isCallable(symbol: ts.Symbol): boolean {
  return (symbol.declarations ?? []).some(
    (declaration) =>
      ts.isFunctionDeclaration(declaration) ||
      (ts.isClassDeclaration(declaration) &&
        (ts.getCombinedModifierFlags(declaration) & ts.ModifierFlags.Abstract) === 0),
  );
}

function examplesOf(symbol: ts.Symbol): readonly string[] {
  return symbol
    .getJsDocTags()
    .filter(({ name }) => name === 'example')
    .map(({ text }) => ts.displayPartsToString(text).replaceAll(/^```(?:ts)?$/gm, ''));
}

function isInternal(declaration: ts.Declaration): boolean {
  return ts.getJSDocTags(declaration).some(({ tagName }) => tagName.text === 'internal');
}

function documentation(declaration: ts.Declaration): readonly ts.Node[] {
  // The comment of a variable belongs to its statement.
  const holder = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
  return ts.getJSDocCommentsAndTags(holder).filter((node) => ts.isJSDoc(node));
}

function nameOf(symbol: ts.Symbol): string {
  const wellKnown = /^__@(\w+)@\d+$/.exec(symbol.name)?.[1];
  if (wellKnown !== undefined) return `[Symbol.${wellKnown}]`;
  return symbol.name === '__constructor' ? 'constructor' : symbol.name;
}
