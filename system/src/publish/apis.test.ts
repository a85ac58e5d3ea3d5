import { asyncApiDocument } from '@stoa/events'
import { openApiDocument } from '@stoa/http'
import { system as shop } from '@stoa/systems/shop'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { apiFiles } from './apis.ts'
import { readVersion } from './kubernetes.ts'

const files = await apiFiles(shop)
const version = await readVersion()

test('makes the same text again, without anchors', async () => {
  expect(await apiFiles(shop)).toEqual(files)
  expect(files.filter(({ text }) => /^[^"']*[&*]a\d+$/m.test(text))).toEqual([])
})

test('each service has the documents that the gateway serves of it', () => {
  const served = shop.services.flatMap(({ contract }) => {
    if (contract === undefined) return []
    const info = { title: `Stoa ${contract.name}`, version }
    const documents = [
      [`${contract.name}/openapi.yaml`, openApiDocument([contract], info, 'gateway')],
      [`${contract.name}/asyncapi.yaml`, asyncApiDocument(contract, info)],
    ] as const
    return documents.filter(([name]) => files.some((file) => file.name === name))
  })
  expect(served.length).toBe(files.length - 1)
  for (const [name, document] of served) {
    const text = files.find((file) => file.name === name)?.text ?? ''
    expect(parse(text), name).toEqual(JSON.parse(JSON.stringify(document)))
  }
})

test('what neither publishes nor consumes events has no AsyncAPI document', () => {
  const names = files.map(({ name }) => name)
  expect(names).toContain('order/asyncapi.yaml')
  expect(names).toContain('gateway/openapi.yaml')
  expect(names).not.toContain('gateway/asyncapi.yaml')
  expect(names).not.toContain('config/asyncapi.yaml')
})
