import { existsSync, readFileSync } from 'node:fs'

/** The fonts of PDF files: DejaVu Sans has Latin, Greek, Cyrillic, Armenian, Georgian, Arabic and more. */
export interface Fonts {
  readonly regular: Buffer
  readonly bold: Buffer
}

/**
 * Reads the fonts: from the assets of the service in a bundle, from their package elsewhere. `location` is `import.meta.url` of a file
 * of the service, which a bundle replaces. @throws Error if a file is missing
 */
export function readFonts(location: string | URL): Fonts {
  return {
    regular: read('DejaVuSans.ttf', location, () => import.meta.resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf')),
    bold: read('DejaVuSans-Bold.ttf', location, () => import.meta.resolve('dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf')),
  }
}

function read(name: string, location: string | URL, packaged: () => string): Buffer {
  const asset = new URL(`../assets/${name}`, location)
  return readFileSync(existsSync(asset) ? asset : new URL(packaged()))
}
