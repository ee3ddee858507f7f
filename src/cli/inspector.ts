import { InspectorPage, type InspectorPageOptions } from '../inspector/page-server/inspector-page.js';

export { INSPECTOR_PORT, type InspectorPage } from '../inspector/page-server/inspector-page.js';

/** Opens the inspector's page. @throws Error, with the system's as its cause, when it cannot be opened. */
export async function openPage(options: InspectorPageOptions): Promise<InspectorPage> {
  try {
    return await InspectorPage.open(options);
  } catch (error) {
    throw new Error(`cannot show the inspector: ${(error as Error).message}`, { cause: error });
  }
}

/**
 * Opens the page for programs that tell of themselves.
 *
 * @throws Error when it cannot be opened, or nothing could be told.
 */
export async function openTellablePage(options: InspectorPageOptions): Promise<InspectorPage> {
  const page = await openPage(options);
  if (await page.isTellable()) return page;
  await page.close();
  throw new Error('programs can tell of themselves only where the package ws is installed: npm install ws');
}
