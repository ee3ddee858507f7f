export type ClientModelEvent = 'ask';
