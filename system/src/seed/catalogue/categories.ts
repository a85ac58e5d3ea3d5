import type { AttributeSchema, Category } from '@stoa/contracts/inventory/resources'

const comesFromSomewhere: AttributeSchema = {
  type: 'object',
  properties: { origin: { type: 'string', title: 'Where it comes from' }, isOrganic: { type: 'boolean' } },
  required: ['origin'],
}
const isMadeOfSomething: AttributeSchema = {
  type: 'object',
  properties: { material: { type: 'string', title: 'What it is made of' } },
  required: ['material'],
}

const schemas: Readonly<Record<string, AttributeSchema>> = {
  tea: comesFromSomewhere,
  coffee: comesFromSomewhere,
  pantry: comesFromSomewhere,
  ware: isMadeOfSomething,
}

const names: Readonly<Record<string, string>> = {
  tea: 'Tea',
  'tea/black': 'Black tea',
  'tea/fruit': 'Fruit infusions',
  'tea/green': 'Green tea',
  'tea/herbal': 'Herbal infusions',
  'tea/oolong': 'Oolong',
  'tea/pu-erh': 'Pu-erh',
  'tea/white': 'White tea',
  coffee: 'Coffee',
  'coffee/decaf': 'Without caffeine',
  'coffee/espresso': 'Espresso',
  'coffee/filter': 'Filter coffee',
  pantry: 'Pantry',
  'pantry/biscuits': 'Biscuits',
  'pantry/chocolate': 'Chocolate',
  'pantry/honey': 'Honey',
  'pantry/spices': 'Spices',
  'pantry/spreads': 'Spreads',
  'pantry/sugar': 'Sugar',
  'pantry/sweets': 'Sweets',
  ware: 'Ware',
  'ware/barista': 'Barista tools',
  'ware/brewers': 'Coffee makers',
  'ware/care': 'Cleaning and care',
  'ware/cups': 'Cups and bowls',
  'ware/grinders': 'Grinders',
  'ware/kettles': 'Kettles',
  'ware/storage': 'Storage',
  'ware/teapots': 'Teapots',
  'ware/tools': 'Tea tools',
}

/** The categories of the demonstration shop. */
export const categories: readonly Category[] = Object.entries(names).map(([path, name]) => {
  const [top = path, below] = path.split('/')
  const attributeSchema = below === undefined ? schemas[top] : undefined
  return {
    path,
    name,
    ...(below === undefined ? {} : { parent: top }),
    ...(attributeSchema === undefined ? {} : { attributeSchema }),
  }
})
