/** The port of the inspector's page unless another is given. */
export const INSPECTOR_PORT = 8090;
