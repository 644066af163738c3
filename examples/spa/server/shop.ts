/** An order as the form posts it. */
export interface Order {
  readonly id: number
  readonly title: string
  readonly copies: number
  readonly note: string
}

/** A file as the upload sent it. */
export interface Cover {
  readonly name: string
  readonly bytes: number
}

/** What a widget shows. */
export interface Widget {
  readonly value: string
  readonly note: string
  /** The last twelve hours, 0 to 100. */
  readonly trend: readonly number[]
}

const prices = [12, 18, 9, 24, 31] as const

/** A small bookshop: what it sells is made up, what the app posts and uploads is kept. */
export class Shop {
  readonly orders: Order[] = []
  readonly covers: Cover[] = []

  order({ title, copies, note }: Omit<Order, 'id'>): Order {
    const order = { id: 1_001 + this.orders.length, title, copies, note }
    this.orders.push(order)
    return order
  }

  /** One of the dashboard's widgets; undefined where there is none of that name. */
  widget(name: string): Widget | undefined {
    const index = widgetNames.indexOf(name as WidgetName)
    if (index < 0) return undefined
    const trend = Array.from({ length: 12 }, (_, hour) => wave(index, hour + Math.floor(Date.now() / 3_000)))
    return { ...this.#figures()[name as WidgetName], trend }
  }

  /** The report of one quarter. */
  report(quarter: number): { quarter: number; lines: { title: string; copies: number; revenue: number }[] } {
    const lines = titles.map((title, index) => {
      const copies = 40 + wave(index, quarter * 7)
      return { title, copies, revenue: copies * prices[index]! }
    })
    return { quarter, lines }
  }

  #figures(): Record<WidgetName, { value: string; note: string }> {
    const { orders, covers } = this
    const copies = orders.reduce((sum, order) => sum + order.copies, 0)
    const beat = Math.floor(Date.now() / 3_000)
    return {
      revenue: { value: `€ ${(4_210 + copies * 18).toLocaleString('en')}`, note: 'since opening' },
      orders: { value: String(38 + orders.length), note: orders.at(-1)?.title ?? 'none by you yet' },
      visitors: { value: String(20 + (wave(2, beat) % 17)), note: 'in the shop now' },
      basket: { value: '€ 27.40', note: 'per customer' },
      bestseller: { value: titles[0], note: `${112 + copies} copies this week` },
      covers: { value: String(64 + covers.length), note: covers.at(-1)?.name ?? 'none by you yet' },
      stock: { value: '12,804', note: 'books on the shelves' },
      low: { value: '7', note: 'titles to order again' },
      returns: { value: '3', note: 'to look through' },
      deliveries: { value: String(5 + (wave(9, beat) % 4)), note: 'vans on the road' },
      reviews: { value: '4.7', note: 'of five, 218 readers' },
      questions: { value: String(2 + (wave(11, beat) % 5)), note: 'to be answered' },
    }
  }
}

const titles = ['Nightjar', 'Salt and Slate', 'A Field of Clocks', 'Northern Rooms', 'Paper Harbour'] as const

const widgetNames = [
  'revenue',
  'orders',
  'visitors',
  'basket',
  'bestseller',
  'covers',
  'stock',
  'low',
  'returns',
  'deliveries',
  'reviews',
  'questions',
] as const

type WidgetName = (typeof widgetNames)[number]

/** How long a request waits for its turn, before its token is looked at: only the report does. */
export function queueMs(path: string): number {
  return path === '/report' ? 2_500 : 20
}

/** How long the work takes: some widgets are quick, some are not, as in every dashboard. */
export function workMs(path: string): number {
  const index = widgetNames.findIndex((name) => path === `/widgets/${name}`)
  return index < 0 ? 40 : 20 + ((index * 5) % 12) * 60
}

/** A figure between 0 and 100 that moves a little from one moment to the next. */
function wave(seed: number, moment: number): number {
  return Math.round(50 + 30 * Math.sin(moment / 2 + seed * 1.7) + 18 * Math.sin(moment * 1.3 + seed))
}
