import { render } from 'preact';

import { App } from './app.jsx';
import { startTheme } from './logic/theme.js';

startTheme();

const place = document.getElementById('page');
if (place !== null) render(<App />, place);
