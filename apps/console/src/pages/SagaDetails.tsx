import { Button } from '@mantine/core'
import { sagaEndpoints } from '@stoa/saga/endpoints'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useState } from 'react'
import { operate } from '../api/operate.ts'
import { findSaga } from '../api/sagas.ts'
import { servicesOf } from '../api/system.ts'
import { ActionDialog, type Action } from '../parts/ActionDialog.tsx'
import { StateChip } from '../parts/Chip.tsx'
import { Page } from '../parts/Page.tsx'
import { Empty, Result } from '../parts/Result.tsx'
import { SagaSteps } from '../parts/SagaSteps.tsx'
import { sagaActionsFor, type SagaAction } from '../state/saga-actions.ts'
import { Time } from '../state/zone.tsx'

const route = getRouteApi('/sagas/$id')

type FoundSaga = NonNullable<Awaited<ReturnType<typeof findSaga>>>

/** One saga: its state, its journal, and what an operator can do with it. */
export function SagaDetails() {
  const { id } = route.useParams()
  const query = useQuery({
    queryKey: ['saga', id],
    queryFn: async ({ client, signal }) => findSaga(await servicesOf(client), id, signal),
    refetchInterval: 3_000,
  })
  const saga = query.data
  return (
    <Page
      title={saga?.type ?? 'Saga'}
      heading={
        saga && (
          <>
            {saga.type} <StateChip state={saga.state} />
          </>
        )
      }
      actions={saga && <Links saga={saga} />}
    >
      <Result query={query}>
        {(found) => (found === null ? <Empty title="No service has this saga">{id}</Empty> : <Details saga={found} />)}
      </Result>
    </Page>
  )
}

function Links({ saga }: { readonly saga: FoundSaga }) {
  return (
    <>
      {saga.type.startsWith('order-') && (
        <Link to="/orders/$id" params={{ id: saga.key }}>
          Order
        </Link>
      )}
      <Link to="/events" search={{ text: saga.key }}>
        Events
      </Link>
      {saga.traceId !== undefined && (
        <Link to="/traces/$id" params={{ id: saga.traceId }}>
          Trace
        </Link>
      )}
    </>
  )
}

function Details({ saga }: { readonly saga: FoundSaga }) {
  return (
    <div className="stack">
      <Actions saga={saga} />
      <div className="columns">
        <section className="card">
          <h2>Journal</h2>
          <SagaSteps steps={saga.steps} />
        </section>
        <section className="card">
          <dl className="facts">
            {saga.reason !== undefined && (
              <>
                <dt>Reason</dt>
                <dd>{saga.reason}</dd>
              </>
            )}
            {saga.trying !== undefined && (
              <>
                <dt>Current attempt</dt>
                <dd>
                  {saga.trying.attempts}, since <Time at={saga.trying.since} /> {saga.trying.lastError}
                </dd>
              </>
            )}
            <dt>Service</dt>
            <dd>{saga.service}</dd>
            <dt>Started</dt>
            <dd>
              <Time at={saga.createdAt} />
            </dd>
            {saga.endedAt !== undefined && (
              <>
                <dt>Ended</dt>
                <dd>
                  <Time at={saga.endedAt} />
                </dd>
              </>
            )}
            <dt>Id</dt>
            <dd className="mono">{saga.id}</dd>
          </dl>
          {saga.isReduced === true && (
            <p className="quiet">It ended before the retention: its steps have been removed.</p>
          )}
        </section>
      </div>
    </div>
  )
}

const endpoints = {
  retry: sagaEndpoints.retrySaga,
  compensate: sagaEndpoints.compensateSaga,
  skip: sagaEndpoints.skipSagaStep,
}

function Actions({ saga }: { readonly saga: FoundSaga }) {
  const [action, setAction] = useState<Action>()
  const offered = sagaActionsFor(saga)
  const choose = ({ name, ...rest }: SagaAction) =>
    setAction({ ...rest, run: () => operate(saga.service, endpoints[name], { params: { id: saga.id } }) })
  if (offered.length === 0) return null
  return (
    <div className="row">
      {offered.map((each) => (
        <Button key={each.name} variant="default" onClick={() => choose(each)}>
          {each.label}…
        </Button>
      ))}
      <ActionDialog action={action} onClose={() => setAction(undefined)} />
    </div>
  )
}
