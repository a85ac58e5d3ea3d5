import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { dataFolderAt } from './data-folder.ts'
import { system as shop } from '@stoa/systems/shop'
import { ensureSecrets } from './secrets.ts'

test('the first start makes a secret for every sandbox webhook, and later ones keep it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'secrets-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const made = await ensureSecrets(dataFolderAt(folder), shop.services)
  expect(Object.keys(made.webhookSecrets).toSorted()).toEqual(['SANDBOX_CARRIER_SECRET', 'SANDBOX_WEBHOOK_SECRET'])
  for (const secret of Object.values(made.webhookSecrets)) expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{32,}={0,2}$/)
  expect(await ensureSecrets(dataFolderAt(folder), shop.services)).toEqual(made)
})
