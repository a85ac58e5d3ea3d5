import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { system as documents } from '@stoa/systems/documents'
import { system as shop } from '@stoa/systems/shop'
import { afterAll, expect, test } from 'vitest'
import { publishBundle } from './publish-bundle.ts'

const folder = mkdtempSync(join(tmpdir(), 'stoa-published-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('writes a program that runs outside the repository, with the settings of its service', async () => {
  await publishBundle(shop, 'order', folder)
  const { status, stderr } = spawnSync(process.execPath, [join(folder, 'main.js')], {
    cwd: folder,
    env: { STOA_ENV: 'production' },
    encoding: 'utf8',
  })
  expect(stderr).toContain('order cannot start because 4 settings are invalid')
  expect(stderr).toContain('DATABASE_URL is not set')
  expect(status).toBe(1)
})

test('a program belongs to the system that it was published for, unless STOA_SYSTEM says otherwise', async () => {
  const ofDocuments = join(folder, 'of-documents')
  await publishBundle(documents, 'registry', ofDocuments)
  const showsSystem = 'data:text/javascript,process.on("exit",()=>console.log(process.env.STOA_SYSTEM))'
  const systemWith = (env: Readonly<Record<string, string>>) =>
    spawnSync(process.execPath, ['--import', showsSystem, join(ofDocuments, 'main.js')], { env, encoding: 'utf8' })
      .stdout
  expect(systemWith({ STOA_ENV: 'production' }).trim()).toBe('documents')
  expect(systemWith({ STOA_ENV: 'production', STOA_SYSTEM: 'shop' }).trim()).toBe('shop')
})

test('refuses a folder that is not empty', async () => {
  writeFileSync(join(folder, 'notes.txt'), 'of someone else')
  await expect(publishBundle(shop, 'order', folder)).rejects.toThrow('is not empty')
})

test('refuses a process that the system does not have', async () => {
  await expect(publishBundle(shop, 'parcel', folder)).rejects.toThrow('there is no service parcel')
})
