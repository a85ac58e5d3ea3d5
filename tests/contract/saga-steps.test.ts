import { readFile } from 'node:fs/promises'
import { catalogue } from '@stoa/contracts/catalogue'
import { orderService } from '@stoa/order'
import { expect, test } from 'vitest'

// Only the steps are read; nothing that the bindings need is called.
const bound = { order: orderService.bind({}).sagas }

const path = new URL('saga-steps.json', import.meta.url)
const released = JSON.parse(await readFile(path, 'utf8')) as Readonly<Record<string, readonly string[]>>

test('every service that declares sagas is looked at here', () => {
  const declaring = catalogue.filter(({ sagas }) => Object.keys(sagas).length > 0).map(({ name }) => name)
  expect(declaring).toEqual(Object.keys(bound))
})

test('a version of a saga has the steps it was released with: other steps are a new version, added to saga-steps.json', () => {
  const definitions = Object.values(bound).flatMap((sagas) => Object.values(sagas).flat())
  const here = Object.fromEntries(
    definitions.map(({ name, version, steps }) => [
      `${name} ${version}`,
      steps.map((step) => `${step.kind} ${step.name}`),
    ]),
  )
  expect({ ...released, ...here }).toEqual(released)
})
