export { printPoolCounterExample } from './counter-example.js';
export {
  explorePool,
  type PoolExploration,
  type PoolExplorationOptions,
  type PoolViolation,
} from './explore.js';
export { poolCharts, type PoolCharts } from './pool-run.js';
export { POOL_PROPERTIES, POOL_PROPERTY_NAMES, type PoolProperty } from './properties.js';
export { DEFAULT_BOUNDS, POOL_RULES, type PoolBounds, type PoolRules } from './rules.js';
