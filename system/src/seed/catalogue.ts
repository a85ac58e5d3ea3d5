import type { Category, NewProduct, Warehouse } from '@stoa/contracts/inventory/resources'
import { categories } from './catalogue/categories.ts'
import { coffees } from './catalogue/coffees.ts'
import { treats } from './catalogue/pantry.ts'
import { teas } from './catalogue/teas.ts'
import { wares } from './catalogue/wares.ts'

/** A product with what lies of it in the warehouses, and what it costs in EUR cents. */
export interface CatalogueProduct extends NewProduct {
  readonly stock: readonly {
    readonly sku: string
    readonly warehouseCode: string
    readonly quantity: number
    readonly reorderPoint: number
  }[]
  readonly prices: readonly { readonly sku: string; readonly amount: number }[]
}

/** SKU that there is always enough of. */
export const plentifulSku = 'TEA-GREEN-100'
/** SKU that there are exactly ten of. */
export const limitedSku = 'LIMITED-10'
/** SKU that the demonstration's shoppers want more of than there is. */
export const scarceSku = 'LIMITED-24'

const warehouses: readonly Omit<Warehouse, 'id'>[] = [
  { code: 'HAM-1', name: 'Hamburg', country: 'DE' },
  { code: 'LYS-1', name: 'Lyon', country: 'FR' },
  { code: 'PHL-1', name: 'Philadelphia', country: 'US' },
]

interface Size {
  readonly sku: string
  readonly label: string
  readonly grams: number
  readonly amount: number
}

type Described = Pick<NewProduct, 'name' | 'category' | 'attributes'> & {
  readonly notes: string
  readonly taxClass: 'standard' | 'reduced'
}

function product({ name, category, attributes, notes, taxClass }: Described, sizes: readonly Size[]): CatalogueProduct {
  return {
    name,
    description: `${name}: ${notes}.`,
    status: 'active',
    category,
    taxClass,
    tags: [category.split('/')[0] ?? category, ...(attributes['isOrganic'] === true ? ['organic'] : [])],
    attributes,
    variants: sizes.map(({ sku, label, grams }) => ({
      sku,
      name: label === '' ? name : `${name}, ${label}`,
      options: label === '' ? {} : { size: label },
      // with what it is packed in
      weightGrams: Math.round(grams * 1.1) + 20,
    })),
    stock: sizes.flatMap(({ sku }) => stockOf(sku)),
    prices: sizes.map(({ sku, amount }) => ({ sku, amount })),
  }
}

function grown(prefix: string, name: string): string {
  return `${prefix}-${slugOf(name.replace(/^House /, ''))}`
}

function slugOf(name: string): string {
  return name
    .normalize('NFD')
    .replaceAll(/[\u0300-\u036f’]/g, '')
    .replaceAll(/[^A-Za-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
    .toUpperCase()
}

/** What is to be paid for a larger size: a little less for each gram, and nine at its end. */
function larger(amount: number, times: number): number {
  return Math.round((amount * times * 0.92) / 10) * 10 - 1
}

const lots: Readonly<Record<string, readonly number[]>> = {
  [plentifulSku]: [600_000, 250_000, 150_000],
  [limitedSku]: [10, 0, 0],
  [scarceSku]: [24, 0, 0],
}

/** So much of each SKU that it does not run out in an afternoon; the same at each seeding. */
function stockOf(sku: string): CatalogueProduct['stock'] {
  const sum = Array.from(sku).reduce((total, letter) => (total * 31 + letter.charCodeAt(0)) % 9_973, 7)
  const [hamburg, lyon, philadelphia] = [200 + (sum % 300), 80 + (sum % 170), sum % 4 === 0 ? 0 : 40 + (sum % 110)]
  const quantities = lots[sku] ?? [hamburg, lyon, philadelphia]
  return warehouses.flatMap(({ code }, index) => {
    const quantity = quantities[index] ?? 0
    return quantity === 0
      ? []
      : [
          {
            sku,
            warehouseCode: code,
            quantity,
            reorderPoint: sku.startsWith('LIMITED-') ? 0 : Math.ceil(quantity / 10),
          },
        ]
  })
}

const isOrganic = (name: string) => (name.includes('Organic') ? { isOrganic: true } : {})

const teaProducts = teas.map(([name, category, origin, notes, amount]) => {
  const base = grown('TEA', name)
  return product({ name, category, notes, taxClass: 'reduced', attributes: { origin, ...isOrganic(name) } }, [
    { sku: `${base}-100`, label: '100 g', grams: 100, amount },
    ...(amount < 2_000 ? [{ sku: `${base}-250`, label: '250 g', grams: 250, amount: larger(amount, 2.5) }] : []),
  ])
})

const coffeeProducts = coffees.map(([name, category, origin, notes, amount]) => {
  const base = grown('COFFEE', name)
  return product({ name, category, notes, taxClass: 'reduced', attributes: { origin, ...isOrganic(name) } }, [
    { sku: `${base}-250`, label: '250 g', grams: 250, amount },
    ...(amount < 1_500 ? [{ sku: `${base}-1000`, label: '1 kg', grams: 1_000, amount: larger(amount, 4) }] : []),
  ])
})

const treatProducts = treats.map(([name, category, origin, notes, amount, grams]) =>
  product({ name, category, notes, taxClass: 'reduced', attributes: { origin } }, [
    { sku: grown('PANTRY', name), label: '', grams, amount },
  ]),
)

const wareProducts = wares.map(([name, category, material, notes, amount, grams]) =>
  product({ name, category, notes, taxClass: 'standard', attributes: { material } }, [
    { sku: grown('WARE', name), label: '', grams, amount },
  ]),
)

const limited = product(
  {
    name: 'Gyokuro Yame Competition Lot',
    category: 'tea/green',
    notes: 'ten tins of the lot that won, and then no more',
    taxClass: 'reduced',
    attributes: { origin: 'Japan' },
  },
  [{ sku: limitedSku, label: '50 g tin', grams: 50, amount: 4_900 }],
)

const scarce = product(
  {
    name: 'Da Hong Pao Last Harvest',
    category: 'tea/oolong',
    notes: 'from bushes that are no more',
    taxClass: 'reduced',
    attributes: { origin: 'China' },
  },
  [{ sku: scarceSku, label: '25 g tin', grams: 25, amount: 3_900 }],
)

/** What the demonstration shop sells, where it lies and what it costs. */
export const catalogue: {
  readonly categories: readonly Category[]
  readonly warehouses: readonly Omit<Warehouse, 'id'>[]
  readonly products: readonly CatalogueProduct[]
} = {
  categories,
  warehouses,
  products: [...teaProducts, ...coffeeProducts, ...treatProducts, ...wareProducts, limited, scarce],
}
