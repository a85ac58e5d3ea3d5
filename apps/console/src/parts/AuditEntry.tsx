import { Link } from '@tanstack/react-router'
import type { AuditedAction } from '../api/audit.ts'
import { useCan } from '../state/session.tsx'
import { Time } from '../state/zone.tsx'
import { Fact } from './Fact.tsx'

/** Everything that the trail says about an action, with links to what is related. */
export function AuditEntry({ entry }: { readonly entry: AuditedAction }) {
  const { operation, at, actor, actorKind, outcome, code, target, persons, repeats, details = {} } = entry
  return (
    <section className="card stack" aria-label="The action">
      <div className="row spread">
        <h2 className="anywhere">{operation}</h2>
        <Link to="/audit" search={({ entry: _, ...rest }) => rest}>
          Close
        </Link>
      </div>
      <dl className="facts">
        <Fact name="At">
          <Time at={at} />
        </Fact>
        <Fact name="Outcome">{code === undefined ? outcome : `${outcome}: ${code}`}</Fact>
        <Fact name="By">
          <Link to="/audit" search={{ actor }} className="mono">
            {actor}
          </Link>
          {actorKind === 'user' ? '' : ` (${actorKind})`}
        </Fact>
        {target !== undefined && (
          <Fact name="Target">
            <Link to="/audit" search={{ target }} className="mono">
              {target}
            </Link>
          </Fact>
        )}
        {persons.length > 0 && (
          <Fact name="Concerns">
            {persons.map((person) => (
              <div key={person}>
                <Link to="/audit" search={{ person }} className="mono">
                  {person}
                </Link>
              </div>
            ))}
          </Fact>
        )}
        {Object.entries(details).map(([name, value]) => (
          <Fact key={name} name={name}>
            {String(value)}
          </Fact>
        ))}
        {repeats !== undefined && (
          <Fact name="Repeated">
            {repeats.count} times, until <Time at={repeats.lastAt} />
          </Fact>
        )}
        <Origin entry={entry} />
      </dl>
    </section>
  )
}

/** Where an action came from, and where it is in the trail. */
function Origin({ entry }: { readonly entry: AuditedAction }) {
  const { service, sequence, client, session, address, correlationId, hash } = entry
  const can = useCan()
  return (
    <>
      {correlationId !== undefined && (
        <Fact name="Trace">
          {can('ops') && /^[0-9a-f]{32}$/.test(correlationId) ? (
            <Link to="/traces/$id" params={{ id: correlationId }} className="mono">
              {correlationId}
            </Link>
          ) : (
            <span className="mono">{correlationId}</span>
          )}
        </Fact>
      )}
      {client !== undefined && <Fact name="Client">{client}</Fact>}
      {session !== undefined && (
        <Fact name="Session">
          <span className="mono">{session}</span>
        </Fact>
      )}
      {address !== undefined && <Fact name="Address">{address}</Fact>}
      <Fact name="In the trail">
        number {sequence} of {service}, <span className="mono">{hash}</span>
      </Fact>
    </>
  )
}
