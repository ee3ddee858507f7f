import { crc32, deflateSync, inflateSync } from 'node:zlib';

/** A picture, one number `0xRRGGBB` for each pixel. */
interface Picture {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint32Array;
}

/** The same picture with the 256 colours that it has most of: a third of the bytes, and no eye sees it in a screenshot. */
export function withPalette(png: Buffer): Buffer {
  const { width, height, pixels } = decode(png);
  const counts = new Map<number, number>();
  for (const pixel of pixels) counts.set(pixel, (counts.get(pixel) ?? 0) + 1);
  const palette = [...counts.entries()]
    .sort(([, one], [, other]) => other - one)
    .slice(0, 256)
    .map(([color]) => color);
  const indexes = new Map(palette.map((color, index) => [color, index]));
  const rows = Buffer.alloc(height * (width + 1));
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const pixel = pixels[y * width + x] as number;
      const index = indexes.get(pixel) ?? nearest(palette, pixel);
      indexes.set(pixel, index);
      rows[y * (width + 1) + 1 + x] = index;
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3], 8); // 8 bits for each pixel, an index into the palette
  return Buffer.concat([
    png.subarray(0, 8),
    chunk('IHDR', header),
    chunk('PLTE', Buffer.from(palette.flatMap((color) => channels(color)))),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

const channels = (color: number): readonly number[] => [color >> 16, (color >> 8) & 255, color & 255];

function nearest(palette: readonly number[], pixel: number): number {
  const wanted = channels(pixel);
  const distances = palette.map((color) =>
    channels(color).reduce((sum, value, at) => sum + (value - (wanted[at] as number)) ** 2, 0),
  );
  return distances.indexOf(Math.min(...distances));
}

/** Reads what Chromium writes: 8 bits for each of red, green and blue, not interlaced. */
function decode(png: Buffer): Picture {
  const data: Buffer[] = [];
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at)) {
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT')
      data.push(png.subarray(at + 8, at + 8 + png.readUInt32BE(at)));
  }
  const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)];
  if (png[24] !== 8 || png[25] !== 2) throw new Error('the picture is not one of 8-bit red, green and blue');
  const raw = inflateSync(Buffer.concat(data));
  const stride = 3 * width;
  const bytes = new Uint8Array(height * stride);
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (stride + 1)] as number;
    for (let x = 0; x < stride; x++) {
      const left = x < 3 ? 0 : (bytes[y * stride + x - 3] as number);
      const above = y === 0 ? 0 : (bytes[(y - 1) * stride + x] as number);
      const corner = x < 3 || y === 0 ? 0 : (bytes[(y - 1) * stride + x - 3] as number);
      const predicted = [0, left, above, (left + above) >> 1, paeth(left, above, corner)][filter] as number;
      bytes[y * stride + x] = (raw[y * (stride + 1) + 1 + x] as number) + predicted;
    }
  }
  const pixels = Uint32Array.from({ length: width * height }, (_, at) =>
    bytes.subarray(3 * at, 3 * at + 3).reduce((color, value) => color * 256 + value, 0),
  );
  return { width, height, pixels };
}

/** The predictor of PNG's fourth filter. */
function paeth(left: number, above: number, corner: number): number {
  const estimate = left + above - corner;
  const [toLeft, toAbove, toCorner] = [left, above, corner].map((value) => Math.abs(estimate - value)) as [
    number,
    number,
    number,
  ];
  if (toLeft <= toAbove && toLeft <= toCorner) return left;
  return toAbove <= toCorner ? above : corner;
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}
