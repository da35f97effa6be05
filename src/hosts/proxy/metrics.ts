/** What a server counts, in Prometheus' text format. */
export class Metrics {
  private readonly counts = new Map<string, number>()

  add(name: string, labels: Readonly<Record<string, string>> = {}, by = 1): void {
    const pairs = Object.entries(labels).map(([key, value]) => `${key}="${value}"`)
    const key = pairs.length === 0 ? name : `${name}{${pairs.join(',')}}`
    this.counts.set(key, (this.counts.get(key) ?? 0) + by)
  }

  text(gauges: Readonly<Record<string, number>>): string {
    const names = new Set([...this.counts.keys()].map((key) => key.replace(/\{.*/, '')))
    const lines = [...names].flatMap((name) => [
      `# TYPE ${name} counter`,
      ...[...this.counts]
        .filter(([key]) => key === name || key.startsWith(`${name}{`))
        .map(([key, count]) => `${key} ${count}`),
    ])
    for (const [name, value] of Object.entries(gauges)) {
      lines.push(`# TYPE ${name} gauge`, `${name} ${value}`)
    }
    return `${lines.join('\n')}\n`
  }
}
