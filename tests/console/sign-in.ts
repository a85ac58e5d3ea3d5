import type { Page } from 'playwright-core'

/** Signs in at the console as a person does, and waits until it shows something. */
export async function signInToConsole(page: Page, gatewayUrl: string, email: string, password: string): Promise<void> {
  await page.goto(`${gatewayUrl}/console/`)
  await page.getByRole('link', { name: 'Sign in' }).click()
  await page.getByLabel('E-mail address').fill(email)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.waitForURL(/\/console\//)
  await page.getByRole('heading', { level: 1 }).first().waitFor()
}
