/*
 * Imported first by the worker: the layout engine takes a thread without a document for a worker of its own, with a
 * protocol of its own; here it is a library.
 */
Object.assign(globalThis, { document: {} });

export {};
