/** What strangers may hold of a server. */
export interface ServerLimits {
  /** Connections at a time. */
  connections: number
  /** Requests to registries that one client makes at a time, and in a minute. */
  atOnce: number
  perMinute: number
  /** Milliseconds without a byte, in either direction, after which a connection is closed. */
  silence: number
  /** Milliseconds that transfers are waited for when the server stops. */
  ending: number
}

export const LIMITS: ServerLimits = {
  connections: 1024,
  atOnce: 64,
  perMinute: 3000,
  silence: 120_000,
  ending: 30_000,
}

interface Client {
  active: number
  /** Requests that are left, and since when. */
  left: number
  since: number
}

/** Most clients that are remembered; those who ask nothing are forgotten first. */
const CLIENTS = 10_000
const MINUTE = 60_000

/** Counts what each client asks: a bucket that fills up evenly. */
export class ClientLimits {
  private readonly clients = new Map<string, Client>()

  constructor(
    private readonly limits: ServerLimits,
    private readonly now: () => number,
  ) {}

  /** Takes a place; null: none is left, and the client is told to come later. Call what is returned at the end. */
  enter(address: string): (() => void) | null {
    const { atOnce, perMinute } = this.limits
    const now = this.now()
    const client = this.clients.get(address) ?? { active: 0, left: perMinute, since: now }
    client.left = Math.min(perMinute, client.left + ((now - client.since) * perMinute) / MINUTE)
    client.since = now
    this.clients.delete(address)
    this.clients.set(address, client)
    this.forget()
    if (client.active >= atOnce || client.left < 1) return null
    client.active++
    client.left--
    return () => {
      client.active--
    }
  }

  private forget(): void {
    if (this.clients.size <= CLIENTS) return
    for (const [address, { active }] of this.clients) {
      if (active > 0) continue
      this.clients.delete(address)
      return
    }
  }
}
