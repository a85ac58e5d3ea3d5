import { existsSync, readFileSync } from 'node:fs'

/** The fonts of PDF files: DejaVu Sans has Latin, Greek, Cyrillic, Armenian, Georgian, Arabic and more. */
export interface Fonts {
  readonly regular: Buffer
  readonly bold: Buffer
}

/** Reads the fonts from the packages, or from the bundle of the service. @throws Error if a file is missing */
export function readFonts(): Fonts {
  return {
    regular: readPackaged('DejaVuSans.ttf', () => import.meta.resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf')),
    bold: readPackaged('DejaVuSans-Bold.ttf', () => import.meta.resolve('dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf')),
  }
}

function readPackaged(name: string, url: () => string): Buffer {
  // beside the service in a bundle, in the package elsewhere
  const bundled = new URL(`../assets/${name}`, import.meta.url)
  return readFileSync(existsSync(bundled) ? bundled : new URL(url()))
}
