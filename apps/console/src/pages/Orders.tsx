import { OrderStatus } from '@stoa/contracts/order/resources'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { orders, type ShownOrder } from '../api/orders.ts'
import { StateChip } from '../parts/Chip.tsx'
import type { Column } from '../parts/DataTable.tsx'
import { Choice } from '../parts/Filter.tsx'
import { Page } from '../parts/Page.tsx'
import { PagedTable } from '../parts/PagedTable.tsx'
import { Empty, Result } from '../parts/Result.tsx'
import { count, money } from '../state/format.ts'
import { Time } from '../state/zone.tsx'

const route = getRouteApi('/orders')

const columns: readonly Column<ShownOrder>[] = [
  {
    title: 'Order',
    cell: ({ id, number }) => (
      <Link to="/orders/$id" params={{ id }} className="nowrap">
        {number}
      </Link>
    ),
  },
  { title: 'State', cell: ({ status }) => <StateChip state={status} /> },
  { title: 'Placed', isDetail: true, cell: ({ createdAt }) => <Time at={createdAt} /> },
  { title: 'Customer', isDetail: true, isClipped: true, cell: ({ shippingAddress }) => shippingAddress.name },
  {
    title: 'Units',
    isNumber: true,
    isDetail: true,
    cell: ({ items }) => count(items.reduce((sum, { quantity }) => sum + quantity, 0)),
  },
  { title: 'Total', isNumber: true, cell: ({ total }) => money(total) },
]

/** The orders, newest first. */
export function Orders() {
  const { status, cursor } = route.useSearch()
  const navigate = route.useNavigate()
  const known = OrderStatus.enum.find((each) => each === status)
  const query = useQuery({
    queryKey: ['orders', known, cursor],
    queryFn: async ({ signal }) => {
      const asked = { limit: 50, ...(known && { status: known }), ...(cursor && { cursor }) }
      return (await orders.listOrders({ query: asked, signal })).body
    },
    placeholderData: keepPreviousData,
    // further pages stay as they are while someone reads them
    refetchInterval: cursor === undefined ? 3_000 : false,
  })
  return (
    <Page title="Orders">
      <div className="filters">
        <Choice
          label="State"
          value={known}
          options={OrderStatus.enum}
          onChange={(next) => void navigate({ search: next === undefined ? {} : { status: next } })}
        />
      </div>
      <Result query={query}>
        {(page) => (
          <PagedTable
            caption="Orders"
            columns={columns}
            page={page}
            cursor={cursor}
            navigate={navigate}
            empty={<Nothing isFiltered={known !== undefined} />}
          />
        )}
      </Result>
    </Page>
  )
}

function Nothing({ isFiltered }: { readonly isFiltered: boolean }) {
  if (!isFiltered) return <Empty title="No orders">Orders appear here as soon as customers place them.</Empty>
  return (
    <Empty title="No order has this state">
      <Link to="/orders">Clear the filter</Link>
    </Empty>
  )
}
