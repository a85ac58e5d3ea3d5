import { system as shop } from '@stoa/systems/shop'
import { expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { apiFiles } from './apis.ts'
import { composeFiles } from './compose.ts'
import { kubernetesFiles } from './kubernetes.ts'

test('published files say the same in YAML 1.1, which kubectl reads, and in YAML 1.2', async () => {
  const files = [...(await kubernetesFiles(shop)), ...(await composeFiles(shop)), ...(await apiFiles(shop))]
  const readAs = (text: string, version: '1.1' | '1.2') =>
    parseAllDocuments(text, { version }).map((each) => each.toJS() as unknown)
  for (const { name, text } of files.filter((each) => each.name.endsWith('.yaml')))
    expect(readAs(text, '1.1'), name).toEqual(readAs(text, '1.2'))
})
