import type { OrderId } from '@stoa/contracts/shared/ids'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { orders, type ShownOrder } from '../api/orders.ts'
import { sagasOf } from '../api/sagas.ts'
import { servicesOf } from '../api/system.ts'
import { StateChip } from '../parts/Chip.tsx'
import { EventTable } from '../parts/EventTable.tsx'
import { Page } from '../parts/Page.tsx'
import { Result } from '../parts/Result.tsx'
import { SagaSteps } from '../parts/SagaSteps.tsx'
import { money, shortId } from '../state/format.ts'
import { useCan } from '../state/session.tsx'
import { Time } from '../state/zone.tsx'

const route = getRouteApi('/orders/$id')

/** One order: what it is, what happened to it, and the way to its events, its sagas and its trace. */
export function OrderDetails() {
  const { id } = route.useParams()
  const query = useQuery({
    queryKey: ['order', id],
    // the id comes from the address; the service refuses one that is malformed
    queryFn: async ({ signal }) => (await orders.getOrder({ params: { id: id as OrderId }, signal })).body,
    refetchInterval: 3_000,
  })
  const number = query.data?.number
  return (
    <Page
      title={number === undefined ? 'Order' : `Order ${number}`}
      heading={
        query.data && (
          <>
            Order {query.data.number} <StateChip state={query.data.status} />
          </>
        )
      }
      actions={<TraceLink orderId={id} />}
    >
      <Result query={query}>{(order) => <Details order={order} />}</Result>
    </Page>
  )
}

function useSagas(orderId: string) {
  const can = useCan()
  return useQuery({
    queryKey: ['sagas-of', orderId],
    queryFn: async ({ client, signal }) => sagasOf(await servicesOf(client), orderId, signal),
    enabled: can('ops'),
    refetchInterval: 3_000,
  })
}

/** The trace in which the order was placed: that of its first saga. */
function TraceLink({ orderId }: { readonly orderId: string }) {
  const can = useCan()
  const sagas = useSagas(orderId)
  const first = sagas.data?.toSorted((a, b) => a.createdAt.localeCompare(b.createdAt))[0]
  if (!can('ops')) return <span className="quiet">Traces, events and sagas require the permission ops.</span>
  if (first?.traceId === undefined) return null
  return (
    <Link to="/traces/$id" params={{ id: first.traceId }}>
      Trace
    </Link>
  )
}

const tabs = ['timeline', 'events', 'sagas'] as const

function Details({ order }: { readonly order: ShownOrder }) {
  const { tab } = route.useSearch()
  const can = useCan()
  const shown = can('ops') ? (tabs.find((each) => each === tab) ?? 'timeline') : 'timeline'
  return (
    <div className="columns">
      <section className="card" aria-label="What happened">
        <nav className="tabs" aria-label="Views of the order">
          {tabs
            .filter((name) => name === 'timeline' || can('ops'))
            .map((name) => (
              <Link
                key={name}
                to="/orders/$id"
                params={{ id: order.id }}
                search={name === 'timeline' ? {} : { tab: name }}
                activeOptions={{ exact: true, includeSearch: true }}
              >
                {{ timeline: 'Timeline', events: 'Events', sagas: 'Sagas' }[name]}
              </Link>
            ))}
        </nav>
        {shown === 'timeline' && <Timeline orderId={order.id} />}
        {shown === 'events' && <EventTable filter={{ text: order.id }} />}
        {shown === 'sagas' && <OrderSagas orderId={order.id} />}
      </section>
      <aside className="stack" aria-label="The order">
        <Facts order={order} />
        <Lines order={order} />
      </aside>
    </div>
  )
}

function Timeline({ orderId }: { readonly orderId: OrderId }) {
  const query = useQuery({
    queryKey: ['timeline', orderId],
    queryFn: async ({ signal }) => (await orders.getTimeline({ params: { id: orderId }, signal })).body,
    refetchInterval: 3_000,
  })
  return (
    <Result query={query}>
      {({ items }) => (
        <ol className="timeline">
          {items.map(({ at, status, actor, reason }) => (
            <li key={`${at} ${status}`}>
              <Time at={at} />
              <StateChip state={status} />
              <span className="quiet">
                by {actor.length > 30 ? shortId(actor) : actor}
                {reason === undefined ? '' : `: ${reason}`}
              </span>
            </li>
          ))}
        </ol>
      )}
    </Result>
  )
}

function OrderSagas({ orderId }: { readonly orderId: string }) {
  const sagas = useSagas(orderId)
  return (
    <Result query={sagas}>
      {(found) =>
        found.length === 0 ? (
          <p className="quiet">No saga of this order is stored.</p>
        ) : (
          <div className="stack">
            {found.map((saga) => (
              <section key={saga.id}>
                <div className="row spread">
                  <h2>
                    <Link to="/sagas/$id" params={{ id: saga.id }}>
                      {saga.type}
                    </Link>
                  </h2>
                  <StateChip state={saga.state} />
                </div>
                <SagaSteps steps={saga.steps} />
              </section>
            ))}
          </div>
        )
      }
    </Result>
  )
}

function Facts({ order }: { readonly order: ShownOrder }) {
  const { id, reason, customerId, shippingAddress: to, createdAt, updatedAt } = order
  return (
    <section className="card">
      <dl className="facts">
        {reason !== undefined && (
          <>
            <dt>Reason</dt>
            <dd>{reason}</dd>
          </>
        )}
        <dt>Placed</dt>
        <dd>
          <Time at={createdAt} />
        </dd>
        <dt>Changed</dt>
        <dd>
          <Time at={updatedAt} />
        </dd>
        <dt>Ship to</dt>
        <dd>
          {to.name}, {to.postalCode} {to.city}, {to.country}
        </dd>
        <dt>Id</dt>
        <dd className="mono">{id}</dd>
        <dt>Customer</dt>
        <dd className="mono">{customerId}</dd>
      </dl>
    </section>
  )
}

function Lines({ order }: { readonly order: ShownOrder }) {
  const sums = [
    ['Subtotal', order.subtotal],
    ['Discount', order.discount],
    ['Shipping', order.shipping],
    ['Tax', order.tax],
  ] as const
  return (
    <section className="table-frame">
      <table className="table">
        <thead>
          <tr>
            <th scope="col">Item</th>
            <th scope="col" className="number">
              Units
            </th>
            <th scope="col" className="number">
              Total
            </th>
          </tr>
        </thead>
        <tbody>
          {order.items.map(({ sku, name, quantity, total }) => (
            <tr key={sku}>
              <td>
                {name}
                <div className="caption">{sku}</div>
              </td>
              <td className="number">{quantity}</td>
              <td className="number">{money(total)}</td>
            </tr>
          ))}
          {sums.map(([name, amount]) => (
            <tr key={name} className="quiet">
              <td colSpan={2}>{name}</td>
              <td className="number">{money(amount)}</td>
            </tr>
          ))}
          <tr>
            <td colSpan={2}>
              <strong>Total</strong>
            </td>
            <td className="number">
              <strong>{money(order.total)}</strong>
            </td>
          </tr>
        </tbody>
      </table>
    </section>
  )
}
