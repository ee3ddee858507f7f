export type ServerModelEvent = 'connect';
