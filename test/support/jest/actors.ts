import { loadActors } from '../../../src/session/actors.js';

loadActors();
