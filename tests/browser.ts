import { existsSync } from 'node:fs'
import { chromium, type Browser } from 'playwright-core'
import { chromiumPath } from './config.ts'

const usual = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** The path of Chromium: CHROMIUM_PATH, or where distributions install it; undefined if it is not installed. */
export const installedChromium = chromiumPath() ?? usual.find((path) => existsSync(path))

if (installedChromium === undefined) {
  console.warn(
    'SKIPPED: no Chromium is installed, so the tests that sign in with a browser do not run. Install it, or set CHROMIUM_PATH.',
  )
}

/** Starts a headless Chromium of its own. */
export function launchBrowser(): Promise<Browser> {
  if (installedChromium === undefined) throw new Error('no Chromium is installed')
  // its sandbox refuses to run as root, which containers do
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  return chromium.launch({ executablePath: installedChromium, args })
}
