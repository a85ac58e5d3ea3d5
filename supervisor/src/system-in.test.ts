import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { system as documents } from '@stoa/systems/documents'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { dataFolderAt, type DataFolder } from './data-folder.ts'
import { recordSystem, systemIn } from './system-in.ts'

let data: DataFolder

beforeEach(async () => {
  data = dataFolderAt(await mkdtemp(join(tmpdir(), 'stoa-system-')))
})
afterEach(() => rm(data.path, { recursive: true, force: true }))

test('an empty folder is for the wanted system, or for the shop', async () => {
  expect((await systemIn(data)).name).toBe('shop')
  expect((await systemIn(data, 'documents')).name).toBe('documents')
})

test('a folder keeps its system, and refuses another one', async () => {
  await recordSystem(data, documents)
  expect((await systemIn(data)).name).toBe('documents')
  await expect(systemIn(data, 'shop')).rejects.toThrow(
    /holds the data of the system documents: choose another folder for shop/,
  )
})

test('a folder of an earlier release holds the shop', async () => {
  await writeFile(data.secrets, '{}')
  await expect(systemIn(data, 'documents')).rejects.toThrow('holds the data of the system shop')
})
