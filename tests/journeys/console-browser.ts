import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest'
import { launchBrowser } from '../browser.ts'
import { seriousFindings } from '../console/axe.ts'
import { signInToConsole } from '../console/sign-in.ts'
import { system } from './system.ts'

/** The password of the accounts of the demonstration. */
export const demonstration = 'stoa-demo-only'

/** The address of a page of the console. */
export const at = (path: string) => `${system.gatewayUrl}/console${path}`

/** The console in a browser of its own for each test. */
export interface ConsoleVisit {
  /** The page of the running test. */
  readonly page: Page
  /** What the page has reported: its exceptions, and what its policy refused. */
  readonly complaints: readonly string[]
  readonly signInAs: (email: string, secret?: string) => Promise<void>
  /** Another browser, in which no one is signed in. */
  readonly otherPage: () => Promise<Page>
  /** Expects that axe finds nothing serious, and that nothing is wider than a narrow screen, in both themes. */
  readonly isAccessible: () => Promise<void>
}

const size = { width: 1440, height: 900 }

/** Opens the console for each test of the file. */
export function visitConsole(): ConsoleVisit {
  let browser: Browser
  let page: Page
  const complaints: string[] = []
  const newPage = async () => {
    const context = await browser.newContext({ viewport: size })
    const opened = await context.newPage()
    opened.setDefaultTimeout(120_000)
    opened.on('pageerror', ({ message }) => complaints.push(message))
    opened.on('console', (message) => void (/Content Security/.test(message.text()) && complaints.push(message.text())))
    return opened
  }
  beforeAll(async () => {
    browser = await launchBrowser()
  })
  afterAll(() => browser.close())
  beforeEach(async () => {
    complaints.length = 0
    page = await newPage()
  })
  afterEach(async () => {
    await Promise.all(browser.contexts().map((context) => context.close()))
  })
  return {
    get page() {
      return page
    },
    complaints,
    signInAs: (email, secret = demonstration) => signInToConsole(page, system.gatewayUrl, email, secret),
    otherPage: newPage,
    async isAccessible() {
      await page.emulateMedia({ reducedMotion: 'reduce' })
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme })
        await page.locator(`html[data-mantine-color-scheme=${colorScheme}]`).waitFor()
        expect(await seriousFindings(page), `${page.url()}, ${colorScheme}`).toEqual([])
      }
      await page.setViewportSize({ width: 390, height: 844 })
      const width = await page.evaluate<number>('document.documentElement.scrollWidth')
      await page.setViewportSize(size)
      expect(width, `the width of ${page.url()} on a narrow screen`).toBeLessThanOrEqual(390)
    },
  }
}
