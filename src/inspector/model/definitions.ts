import { INSPECTION } from './inspection-limits.js';
import type { ChartDefinition } from './shapes.js';
import { isDeeper, shortened } from './told-text.js';

/** Twice as deep as the deepest state that is read, with room for what a state says of its events. */
const MAX_DEPTH = 128;

/** The machines that actors run. Two with the same text are one. */
export class Definitions {
  readonly #byKey = new Map<string, ChartDefinition>();
  readonly #keyOfText = new Map<string, string>();
  /** Machines of this process are reported repeatedly as the same object. */
  readonly #keyOfConfig = new WeakMap<object, string>();
  #length = 0;

  /** The key of a machine; `null` if there is no room for it, or it is not one. */
  keyOf(reported: string | object): string | null {
    if (typeof reported === 'string') return this.#keyOfText.get(reported) ?? this.#define(reported);
    const known = this.#keyOfConfig.get(reported);
    if (known !== undefined) return known;
    const text = JSON.stringify(reported);
    const key = this.#keyOfText.get(text) ?? this.#define(text);
    if (key !== null) this.#keyOfConfig.set(reported, key);
    return key;
  }

  get(key: string): ChartDefinition | undefined {
    return this.#byKey.get(key);
  }

  all(): readonly ChartDefinition[] {
    return [...this.#byKey.values()];
  }

  /** Takes a definition over from a recording, with its key. */
  adopt(definition: ChartDefinition): void {
    this.#byKey.set(definition.key, definition);
  }

  #define(text: string): string | null {
    if (this.#byKey.size >= INSPECTION.maxDefinitions.value) return null;
    if (text.length > INSPECTION.maxDefinitionLength.value) return null;
    if (this.#length + text.length > INSPECTION.maxDefinitionsLength.value) return null;
    const config = parsedObject(text);
    if (config === null) return null;
    const key = `d${String(this.#byKey.size + 1)}`;
    const { id } = config as { readonly id?: unknown };
    this.#byKey.set(key, { key, name: typeof id === 'string' ? shortened(id) : '(machine)', config });
    this.#keyOfText.set(text, key);
    this.#length += text.length;
    return key;
  }
}

function parsedObject(text: string): object | null {
  if (isDeeper(text, MAX_DEPTH)) return null;
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? parsed : null;
  } catch {
    return null;
  }
}
