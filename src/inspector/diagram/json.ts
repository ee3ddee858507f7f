import type { MachineSource } from './chart.js';

/**
 * Writes a machine as the JSON that XState's `createMachine` and Stately's editor take.
 *
 * @throws TypeError when the machine holds code: a function has no JSON.
 */
export function toJson(machine: MachineSource): string {
  // XState keeps the types given to `setup` here; they are nothing at run time.
  const { schemas: _, ...config } = machine.config as Readonly<Record<string, unknown>>;
  return `${JSON.stringify(config, refuseCode, 2)}\n`;
}

function refuseCode(key: string, value: unknown): unknown {
  if (typeof value === 'function')
    throw new TypeError(`a machine with code cannot be written as JSON: ${key}`);
  return value;
}
