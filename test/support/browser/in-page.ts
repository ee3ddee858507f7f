/*
 * What runs within the page, as text: a function would have to be typed with the DOM, whose globals differ from those of
 * Node.js and would be seen in all of the project.
 */

/** When an element of that name is there, in milliseconds since the Unix epoch. */
export function whenNamed(label: string): string {
  return `new Promise((resolve) => {
    const look = () => {
      if (document.querySelector(${JSON.stringify(`[aria-label="${label}"]`)}) === null) requestAnimationFrame(look);
      else resolve(Date.now());
    };
    look();
  })`;
}

/** Drops a file on the page. */
export function dropped(content: string): string {
  return `(() => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([${JSON.stringify(content)}], 'dropped.json', { type: 'application/json' }));
    document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }));
  })()`;
}

/** Elements that can be used and have no name, as the beginning of their text. */
export const NAMELESS = `[...document.querySelectorAll('button, input, select, a, [role=button], [tabindex="0"]')]
  .filter((one) => {
    const name = one.getAttribute('aria-label') ?? one.getAttribute('aria-labelledby') ?? one.textContent ?? '';
    return (one.labels?.length ?? 0) === 0 && name.trim() === '';
  })
  .map(({ outerHTML }) => outerHTML.slice(0, 200))`;

/** The name of what has the focus; empty for the page itself. */
export const FOCUSED = `document.activeElement === document.body
  ? ''
  : (document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent ?? '')`;

/**
 * How fluid the page is for some milliseconds: the longest time between two frames, and how many frames there were.
 */
export function fluidity(duration: number): string {
  return `new Promise((resolve) => {
    const begin = performance.now();
    let last = begin;
    let longest = 0;
    let frames = 0;
    const frame = () => {
      const now = performance.now();
      longest = Math.max(longest, now - last);
      last = now;
      frames++;
      if (now - begin < ${String(duration)}) requestAnimationFrame(frame);
      else resolve({ longest, frames });
    };
    requestAnimationFrame(frame);
  })`;
}

/**
 * Texts whose contrast to what is behind them is below that of WCAG AA (4.5, or 3 for large ones), with the figure. Only
 * plain backgrounds are looked at, which all of the page are.
 */
export const TOO_FAINT = `(() => {
  const rgb = (text) => {
    const [r, g, b, a = 1] = (text.match(/[\\d.]+(?:e-?\\d+)?/g) ?? []).map(Number);
    // A mixed colour is written in parts of one.
    const unit = text.startsWith('color(') ? 255 : 1;
    return { r: r * unit, g: g * unit, b: b * unit, a };
  };
  const linear = (c) => (c / 255 <= 0.03928 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4);
  const luminance = ({ r, g, b }) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
  const backgroundOf = (element) => {
    for (let at = element; at !== null; at = at.parentElement) {
      const colour = rgb(getComputedStyle(at).backgroundColor);
      if (colour.a === 1) return colour;
    }
    return { r: 255, g: 255, b: 255, a: 1 };
  };
  const faint = [];
  for (const element of document.querySelectorAll('body *')) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim() !== '');
    if (!own || element.closest('svg') !== null || element.disabled || element.closest('.unseen') !== null) continue;
    const style = getComputedStyle(element);
    const [light, dark] = [rgb(style.color), backgroundOf(element)].map(luminance).sort((a, b) => b - a);
    const contrast = (light + 0.05) / (dark + 0.05);
    const size = parseFloat(style.fontSize);
    const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (contrast < (isLarge ? 3 : 4.5)) faint.push(element.textContent.slice(0, 40) + ': ' + contrast.toFixed(2));
  }
  // A text of a drawing stands before the last plain box that its middle is in, or before the page.
  for (const element of document.querySelectorAll('svg text')) {
    const { left, top, width, height } = element.getBoundingClientRect();
    const [x, y] = [left + width / 2, top + height / 2];
    const box = [...element.closest('svg').querySelectorAll('rect')].findLast((one) => {
      const area = one.getBoundingClientRect();
      const holds = area.left <= x && x <= area.right && area.top <= y && y <= area.bottom;
      const style = getComputedStyle(one);
      return holds && style.fill !== 'none' && Number(style.fillOpacity) > 0.9 && rgb(style.fill).a === 1;
    });
    const fill = luminance(rgb(getComputedStyle(element).fill));
    const behind = luminance(box === undefined ? backgroundOf(element) : rgb(getComputedStyle(box).fill));
    const contrast = (Math.max(fill, behind) + 0.05) / (Math.min(fill, behind) + 0.05);
    if (contrast < 4.5) faint.push(element.textContent.slice(0, 40) + ' (drawn): ' + contrast.toFixed(2));
  }
  return [...new Set(faint)];
})()`;
