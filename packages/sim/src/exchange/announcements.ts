/** What the exchange publishes to everybody (`public/get_announcements`). */
export interface Announcement {
  readonly id: number;
  readonly title: string;
  readonly body: string;
  /** Epoch ms of its publication. */
  readonly at: number;
  readonly important: boolean;
}

const KEPT = 500;

/** Announcements, the newest first; the oldest of too many are forgotten. */
export class AnnouncementBoard {
  #board: readonly Announcement[] = [];

  publish(announcement: Announcement): void {
    const older = this.#board.filter(({ id }) => id !== announcement.id);
    this.#board = [announcement, ...older]
      .sort((a, b) => b.at - a.at || b.id - a.id)
      .slice(0, KEPT);
  }

  /** Up to `count` that were published by `until`. */
  list(until: number, count: number): readonly Readonly<Record<string, unknown>>[] {
    const found = this.#board.filter(({ at }) => at <= until).slice(0, count);
    return found.map(({ id, title, body, at, important }) => ({
      id,
      title,
      body,
      publication_timestamp: at,
      important,
    }));
  }
}
