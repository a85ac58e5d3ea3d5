import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { readFonts } from './index.ts'

test('reads the assets of a bundle, and the package where there is no bundle', () => {
  const folder = mkdtempSync(join(tmpdir(), 'stoa-fonts-'))
  try {
    const location = pathToFileURL(join(folder, 'src/service.js'))
    const packaged = readFonts(location)
    // the first bytes of a TrueType font
    expect([packaged.regular.readUInt32BE(0), packaged.bold.readUInt32BE(0)]).toEqual([0x00010000, 0x00010000])
    mkdirSync(join(folder, 'assets'))
    writeFileSync(join(folder, 'assets/DejaVuSans.ttf'), 'regular')
    writeFileSync(join(folder, 'assets/DejaVuSans-Bold.ttf'), 'bold')
    const { regular, bold } = readFonts(location)
    expect([regular.toString(), bold.toString()]).toEqual(['regular', 'bold'])
  } finally {
    rmSync(folder, { recursive: true })
  }
})
