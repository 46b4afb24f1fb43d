/** Money given back: a document of its own. Amounts positive, in minor units of its currency. */
export interface RefundSnapshot {
  readonly refundId: string;
  readonly number: string;
  readonly createdAt: string;
  /** Only `completed` counts; `pending` and `cancelled` do not; anything else is unreadable. */
  readonly status: string;
  readonly currency: string;
  readonly deliveryMinor: number;
  readonly deliveryTaxMinor: number;
  /** Signed, with tax. */
  readonly adjustmentMinor: number;
  readonly taxMinor: number;
  readonly totalMinor: number;
  readonly lines: readonly RefundLine[];
}

export interface RefundLine {
  readonly lineId: string;
  readonly quantity: number;
  /** With tax. */
  readonly totalMinor: number;
  readonly taxMinor: number;
}
