import { render } from 'preact';

import { App } from './app.jsx';
import { startTheme } from './logic/theme.js';
import { Boundary } from './views/boundary.jsx';

startTheme();

const place = document.getElementById('page');
if (place !== null) {
  render(
    <Boundary>
      <App />
    </Boundary>,
    place,
  );
}
