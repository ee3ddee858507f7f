export { printCounterExample } from './counter-example.js';
export {
  exploreProduct,
  type Exploration,
  type ExplorationOptions,
  type StoryLine,
  type Violation,
} from './explore.js';
export { endCharts, type EndCharts } from './product-charts.js';
export { PROPERTIES, PROPERTY_NAMES, type PropertyName } from './properties.js';
export {
  DEFAULT_BOUNDS,
  PRODUCT_RULES,
  REQUEST_KINDS,
  type Bounds,
  type RequestKind,
  type Rules,
} from './rules.js';
