import { isDeeper } from './bounded-json.js';
import { INSPECTION } from './inspection-limits.js';
import type { ChartDefinition, Loss } from './shapes.js';
import { shortened } from './told-text.js';

/** Twice as deep as the deepest state that is read, with room for what a state says of its events. */
const MAX_DEPTH = 128;

/** Why a definition is not remembered. */
type DefinitionLoss = Extract<
  Loss,
  'longDefinition' | 'deepDefinition' | 'unreadableDefinition' | 'moreDefinitions'
>;

/** What is shown in place of a chart. */
const UNDRAWN: Readonly<Record<DefinitionLoss, string>> = {
  longDefinition: `its definition is longer than ${String(INSPECTION.maxDefinitionLength.value / 1024)} kB`,
  deepDefinition: `its definition is nested more than ${String(MAX_DEPTH)} levels deep`,
  unreadableDefinition: 'its definition is not that of a machine',
  moreDefinitions: 'there are too many definitions of running machines',
};

interface Known {
  readonly definition: ChartDefinition;
  readonly text: string;
  /** Those of this process are never forgotten, and take no room of others. */
  isOwn: boolean;
  /** How many actors have it. */
  users: number;
}

/** The machines that actors run. Two with the same text are one. Those without actors make room for others. */
export class Definitions {
  readonly #byKey = new Map<string, Known>();
  readonly #keyOfText = new Map<string, string>();
  /** Machines of this process are reported repeatedly as the same object. */
  readonly #keyOfConfig = new WeakMap<object, string>();
  readonly #lost: (why: Loss) => void;
  readonly #forgotten: (key: string) => void;
  #last = 0;
  /** How many definitions of other programs there are, and how long they are together. */
  #foreign = 0;
  #length = 0;

  /**
   * @param lost - called when a definition is not remembered, with the reason
   * @param forgotten - called with the key of a definition that had to make room
   */
  constructor(
    lost: (why: Loss) => void = () => undefined,
    forgotten: (key: string) => void = () => undefined,
  ) {
    this.#lost = lost;
    this.#forgotten = forgotten;
  }

  /** The key of a machine. One that is not remembered has a key as well, whose definition says why it is not drawn. */
  keyOf(reported: string | object): string {
    if (typeof reported === 'string') return this.#keyOfText.get(reported) ?? this.#read(reported);
    const known = this.#keyOfConfig.get(reported);
    if (known !== undefined) return known;
    const key = this.#own(reported);
    this.#keyOfConfig.set(reported, key);
    return key;
  }

  #own(config: object): string {
    const text = JSON.stringify(config);
    const known = this.#byKey.get(this.#keyOfText.get(text) ?? '');
    if (known === undefined) return this.#define(config, text, true);
    if (!known.isOwn) this.#count(known, -1);
    known.isOwn = true;
    return known.definition.key;
  }

  get(key: string): ChartDefinition | undefined {
    return this.#byKey.get(key)?.definition;
  }

  all(): readonly ChartDefinition[] {
    return [...this.#byKey.values()].map(({ definition }) => definition);
  }

  /** One more actor has the definition, or, with -1, one less. */
  use(key: string | null, by: 1 | -1): void {
    const known = key === null ? undefined : this.#byKey.get(key);
    if (known !== undefined) known.users += by;
  }

  /** Takes a definition over from a recording, with its key. */
  adopt(definition: ChartDefinition): void {
    this.#byKey.set(definition.key, { definition, text: '', isOwn: true, users: 0 });
  }

  #read(text: string): string {
    if (text.length > INSPECTION.maxDefinitionLength.value) return this.#undrawn('longDefinition');
    if (isDeeper(text, MAX_DEPTH)) return this.#undrawn('deepDefinition');
    const config = parsedObject(text);
    if (config === null) return this.#undrawn('unreadableDefinition');
    return this.#hasRoom(text) ? this.#define(config, text, false) : this.#undrawn('moreDefinitions');
  }

  /** Forgets definitions without actors, the oldest first, until there is room for one more. */
  #hasRoom(text: string): boolean {
    const hasRoom = (): boolean =>
      this.#foreign < INSPECTION.maxDefinitions.value &&
      this.#length + text.length <= INSPECTION.maxDefinitionsLength.value;
    for (const [key, known] of this.#byKey) {
      if (hasRoom()) break;
      if (known.isOwn || known.users > 0) continue;
      this.#byKey.delete(key);
      this.#keyOfText.delete(known.text);
      this.#count(known, -1);
      this.#forgotten(key);
    }
    return hasRoom();
  }

  #count({ text }: Known, by: 1 | -1): void {
    this.#foreign += by;
    this.#length += by * text.length;
  }

  #define(config: object, text: string, isOwn: boolean): string {
    const key = `d${String(++this.#last)}`;
    const { id } = config as { readonly id?: unknown };
    const name = typeof id === 'string' ? shortened(id) : '(machine)';
    const known: Known = { definition: { key, name, config }, text, isOwn, users: 0 };
    this.#byKey.set(key, known);
    this.#keyOfText.set(text, key);
    if (!isOwn) this.#count(known, 1);
    return key;
  }

  /** All machines that are not remembered for a reason share a definition that gives it. */
  #undrawn(why: DefinitionLoss): string {
    this.#lost(why);
    if (!this.#byKey.has(why)) {
      this.adopt({ key: why, name: '(not drawn)', config: {}, undrawn: UNDRAWN[why] });
    }
    return why;
  }
}

function parsedObject(text: string): object | null {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? parsed : null;
  } catch {
    return null;
  }
}
