void import('./main-job.js').then(({ runMainProcess }) => runMainProcess());
