import { eventually } from '@stoa/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { documentsOf, startSearch, type SearchApp } from './search-app.ts'

let app: SearchApp
beforeAll(async () => {
  app = await startSearch()
})
afterAll(() => app.service.stop())

test('finds words, beginnings and other forms of words, in names before terms before descriptions', async () => {
  await app.create('GYO-1', { name: 'Gyokuro Asahi', tags: ['shade'] })
  await app.create('GYO-2', { name: 'Asahi cup', description: 'For several gyokuros.' })
  await app.create('GYO-3', { name: 'Teapot', tags: ['gyokuro'] })
  await app.create('GYO-4', { name: 'Gyokuro draft', status: 'draft' })
  await app.create('GYO-5', { name: 'Gyokuro discontinued', status: 'discontinued' })
  expect(await app.names('gyokuro')).toEqual(['Gyokuro Asahi', 'Teapot', 'Asahi cup'])
  expect(await app.names('GYO asa')).toEqual(['Gyokuro Asahi', 'Asahi cup'])
  expect(await app.names('gyo-3')).toEqual(['Teapot'])
  expect(await app.names('teapots')).toEqual(['Teapot'])
})

test('finds phrases and alternatives, and leaves out exclusions', async () => {
  await app.create('PHR-1', { name: 'Earl Grey Blue' })
  await app.create('PHR-2', { name: 'Grey Earl Blend' })
  await app.create('PHR-3', { name: 'Lady Grey' })
  expect((await app.names('earl grey')).toSorted()).toEqual(['Earl Grey Blue', 'Grey Earl Blend'])
  expect(await app.names('"earl grey"')).toEqual(['Earl Grey Blue'])
  expect((await app.names('grey -earl')).toSorted()).toEqual(['Lady Grey'])
  expect((await app.names('lady OR blend grey')).toSorted()).toEqual(['Grey Earl Blend', 'Lady Grey'])
})

test('corrects words that no product has, and returns the spelling that it used', async () => {
  await app.create('MATE-1', { name: 'Maté Chimarrão' })
  expect(await app.names('chimarrao')).toEqual(['Maté Chimarrão'])
  expect(await app.find('q=chimarao')).toMatchObject({ total: 1, didYouMean: 'chimarrao' })
  expect(await app.find('q=amte%20chimarrao')).toMatchObject({ total: 1, didYouMean: 'mate chimarrao' })
  expect(await app.find('q=mate')).not.toHaveProperty('didYouMean')
  expect(await app.find('q=xylophone')).toEqual({ id: expect.any(String), total: 0, items: [] })
})

test('does not correct a query of which almost every word is unknown', async () => {
  await app.create('TYPO-1', { name: 'Jasmine Darjeeling Peppermint Chamomile' })
  expect(await app.find('q=jasmyne%20darjelling%20pepermint%20chamomile')).toMatchObject({ total: 1 })
  expect(await app.find('q=jasmyne%20darjelling%20pepermint%20camomile')).toMatchObject({ total: 0 })
})

test('indexes a product with more text than PostgreSQL takes of one document', async () => {
  const words = Array.from({ length: 100_000 }, (_, index) => `word${index}`).join(' ')
  const options = Object.fromEntries(
    Array.from({ length: 90 }, (_, index) => [`o${index}`, words.slice(index * 11_000, index * 11_000 + 11_000)]),
  )
  await app.create('LONG-1', { name: 'Longish', variants: [{ sku: 'LONG-1', name: 'L', weightGrams: 1, options }] })
  expect(await app.names('longish word5')).toEqual(['Longish'])
})

test('takes no text as syntax of the database', async () => {
  expect(await app.names("mate' | ! & :* (")).toEqual(['Maté Chimarrão'])
  expect(await app.names('!!!')).toEqual([])
  expect(await app.names('-mate')).toEqual([])
})

test('marks the matches in the name and in a passage of the description, without markup', async () => {
  await app.create('HIGH-1', { name: 'Crème <b>Brûlée</b> Rooibos', description: 'Brewed with creme and caramel.' })
  const { items } = await app.find('q=creme')
  expect(items[0]?.name).toBe('Crème <b>Brûlée</b> Rooibos')
  expect(items[0]?.highlights.name?.filter(({ isMatch }) => isMatch)).toEqual([{ text: 'Crème', isMatch: true }])
  expect(items[0]?.highlights.name?.map(({ text }) => text).join('')).toBe('Crème <b>Brûlée</b> Rooibos')
  expect(items[0]?.highlights.description?.filter(({ isMatch }) => isMatch)).toEqual([{ text: 'creme', isMatch: true }])
})

test('filters and counts facets; the filter of a facet does not reduce its own counts', async () => {
  await app.create('FAC-1', { name: 'Facet one', category: 'ware/pots', tags: ['red', 'new'] })
  await app.create('FAC-2', { name: 'Facet two', category: 'ware/pots', tags: ['blue'] })
  await app.create('FAC-3', { name: 'Facet three', category: 'ware/cups', tags: ['red'] })
  for (const [sku, amount] of [
    ['FAC-1', 450],
    ['FAC-2', 500],
    ['FAC-3', 5_000],
  ] as const)
    await app.price(sku, amount)
  await eventually(async () => expect((await app.find('q=facet&filter=price:0..')).total).toBe(3))
  const { facets } = await app.find('q=facet&facets=category&facets=tag&facets=price')
  expect(facets).toEqual({
    category: [
      { value: 'ware', count: 3 },
      { value: 'ware/pots', count: 2 },
      { value: 'ware/cups', count: 1 },
    ],
    tag: [
      { value: 'red', count: 2 },
      { value: 'blue', count: 1 },
      { value: 'new', count: 1 },
    ],
    price: [
      { from: 0, to: 499, count: 1 },
      { from: 500, to: 999, count: 1 },
      { from: 5_000, count: 1 },
    ],
  })
  const red = await app.find('q=facet&filter=tag:red&filter=category:ware/pots&facets=tag&facets=category')
  expect(red.items.map(({ name }) => name)).toEqual(['Facet one'])
  expect(red.facets?.category).toEqual([
    { value: 'ware', count: 2 },
    { value: 'ware/cups', count: 1 },
    { value: 'ware/pots', count: 1 },
  ])
  expect(red.facets?.tag).toEqual([
    { value: 'blue', count: 1 },
    { value: 'new', count: 1 },
    { value: 'red', count: 1 },
  ])
  expect((await app.find('q=facet&filter=price:500..999')).total).toBe(1)
  expect((await app.find('q=facet&filter=price:..499&filter=price:1000..')).total).toBe(2)
  const wrong = await app.service.request('GET', '/api/v1/search?q=facet&filter=colour:red')
  expect(wrong.status).toBe(422)
})

test('pages through the results in every order', async () => {
  for (const [index, amount] of [300, 100, 200].entries()) {
    await app.create(`PAGE-${index}`, { name: `Paged ${index}` })
    await app.price(`PAGE-${index}`, amount)
  }
  await eventually(async () => expect((await app.find('q=paged&filter=price:0..')).total).toBe(3))
  const all = async (sort: string) => {
    const names: string[] = []
    let cursor = ''
    do {
      const page = await app.find(`q=paged&limit=1&sort=${sort}${cursor === '' ? '' : `&cursor=${cursor}`}`)
      expect(page.total).toBe(3)
      names.push(...page.items.map(({ name }) => name.slice(-1)))
      cursor = page.nextCursor ?? ''
    } while (cursor !== '')
    return names.join('')
  }
  expect((await all('relevance')).split('').toSorted().join('')).toBe('012')
  expect([await all('price'), await all('-price')]).toEqual(['120', '021'])
  expect([await all('name'), await all('-name'), await all('newest')]).toEqual(['012', '210', '210'])
  const wrong = await app.service.request('GET', '/api/v1/search?q=paged&cursor=bm9uc2Vuc2U')
  expect([wrong.status, wrong.body.errors[0].pointer]).toEqual([422, '/cursor'])
})

test('the price is that of the cheapest SKU in the list of the shop, and disappears with it', async () => {
  const variants = ['TWO-1', 'TWO-2'].map((sku) => ({ sku, name: sku, weightGrams: 1 }))
  const id = await app.create('TWO-1', { name: 'Two sizes', variants })
  const priceIs = (price: number | null) =>
    eventually(async () => expect(await documentsOf(app.service, id)).toMatchObject([{ price }]))
  await app.price('TWO-1', 900)
  await priceIs(900)
  await app.price('TWO-2', 700)
  await priceIs(700)
  await app.price('TWO-2', 1, { priceList: 'wholesale' })
  await app.price('TWO-2', 700, { isRemoved: true })
  await priceIs(900)
  expect((await app.find('q=two%20sizes')).items[0]).toMatchObject({
    price: { amount: 900, currency: 'EUR' },
    skus: ['TWO-1', 'TWO-2'],
  })
})

test('suggests completed queries and products', async () => {
  await app.create('SUG-1', { name: 'Lapsang Souchong' })
  await app.create('SUG-2', { name: 'Lapsang Supreme' })
  const suggest = async (q: string) =>
    (await app.service.request('GET', `/api/v1/search/suggest?q=${encodeURIComponent(q)}`)).body.items
  const items = await suggest('laps')
  expect(items[0]).toEqual({ kind: 'query', text: 'lapsang' })
  expect(items.filter(({ kind }: { kind: string }) => kind === 'product')).toHaveLength(2)
  expect((await suggest('lapsang sou'))[0]).toEqual({ kind: 'query', text: 'lapsang souchong' })
  expect(await suggest('?')).toEqual([])
})

test('suggests the most frequent word, however many others have the same beginning', async () => {
  const others = Array.from(
    { length: 60 },
    (_, index) => `qu${String.fromCharCode(97 + (index % 26), 97 + index / 26)}`,
  )
  await app.create('OFTEN-1', { name: 'Quintessential one', description: others.join(' ') })
  await app.create('OFTEN-2', { name: 'Quintessential two' })
  const { body } = await app.service.request('GET', '/api/v1/search/suggest?q=qu&limit=2')
  expect(body.items[0]).toEqual({ kind: 'query', text: 'quintessential' })
})
