/** What the two-leg strategies propose of each recorded chain, as `told` writes it. */

export const RECORDED_STRANGLES: readonly string[] = [
  'buy 0.9 BTC-28AUG26-68000-C at 0.0110, worth 0.02279, 682.29 USD / ' +
    'buy 0.9 BTC-28AUG26-61000-P at 0.0140, worth 0.02810, 816.15 USD',
  'buy 0.9 BTC-28AUG26-68000-C at 0.0100, worth 0.02175, 677.12 USD / ' +
    'buy 0.9 BTC-28AUG26-61000-P at 0.0145, worth 0.02893, 831.64 USD',
  'buy 0.9 BTC-28AUG26-68000-C at 0.0115, worth 0.02391, 721.28 USD / ' +
    'buy 0.9 BTC-28AUG26-61000-P at 0.0125, worth 0.02628, 801.10 USD',
  'buy 0.9 BTC-28AUG26-68000-C at 0.0125, worth 0.02508, 731.68 USD / ' +
    'buy 0.9 BTC-28AUG26-61000-P at 0.0125, worth 0.02633, 804.46 USD',
  'buy 0.9 BTC-28AUG26-68000-C at 0.0125, worth 0.02495, 726.46 USD / ' +
    'buy 0.9 BTC-28AUG26-62000-P at 0.0150, worth 0.02899, 816.09 USD',
  'buy 0.9 BTC-28AUG26-68000-C at 0.0115, worth 0.02365, 705.87 USD / ' +
    'buy 0.9 BTC-28AUG26-61000-P at 0.0120, worth 0.02545, 781.59 USD',
  'buy 0.9 BTC-28AUG26-68000-C at 0.0100, worth 0.02201, 695.85 USD / ' +
    'buy 0.9 BTC-28AUG26-61000-P at 0.0130, worth 0.02658, 786.37 USD',
  'buy 0.9 BTC-28AUG26-68000-C at 0.0100, worth 0.02106, 639.13 USD / ' +
    'buy 0.9 BTC-28AUG26-61000-P at 0.0130, worth 0.02681, 797.86 USD',
  'buy 0.9 BTC-28AUG26-68000-C at 0.0110, worth 0.02222, 654.03 USD / ' +
    'buy 0.9 BTC-28AUG26-62000-P at 0.0140, worth 0.02752, 788.41 USD',
  'buy 0.9 BTC-28AUG26-68000-C at 0.0115, worth 0.02326, 687.43 USD / ' +
    'buy 0.9 BTC-28AUG26-62000-P at 0.0125, worth 0.02571, 772.56 USD',
  'buy 0.9 BTC-28AUG26-68000-C at 0.0115, worth 0.02229, 630.64 USD / ' +
    'buy 0.9 BTC-28AUG26-62000-P at 0.0120, worth 0.02490, 753.92 USD',
  'buy 0.9 BTC-28AUG26-68000-C at 0.0110, worth 0.02218, 653.36 USD / ' +
    'buy 0.9 BTC-28AUG26-62000-P at 0.0115, worth 0.02483, 779.04 USD',
  'buy 0.9 BTC-28AUG26-68000-C at 0.0110, worth 0.02177, 629.70 USD / ' +
    'buy 0.9 BTC-28AUG26-62000-P at 0.0120, worth 0.02444, 727.19 USD',
  'buy 0.9 BTC-28AUG26-68000-C at 0.0115, worth 0.02235, 634.88 USD / ' +
    'buy 0.9 BTC-28AUG26-62000-P at 0.0115, worth 0.02363, 709.96 USD',
  'buy 0.9 BTC-28AUG26-68000-C at 0.0110, worth 0.02209, 648.65 USD / ' +
    'buy 0.9 BTC-28AUG26-62000-P at 0.0110, worth 0.02355, 733.96 USD',
  'buy 0.9 BTC-28AUG26-68000-C at 0.0105, worth 0.02133, 631.35 USD / ' +
    'buy 0.9 BTC-28AUG26-62000-P at 0.0125, worth 0.02484, 719.18 USD',
  'buy 0.9 BTC-28AUG26-68000-C at 0.0100, worth 0.02086, 632.97 USD / ' +
    'buy 0.9 BTC-28AUG26-62000-P at 0.0120, worth 0.02461, 735.19 USD',
  'buy 0.9 BTC-28AUG26-68000-C at 0.0120, worth 0.02340, 668.94 USD / ' +
    'buy 0.9 BTC-28AUG26-62000-P at 0.0110, worth 0.02282, 693.62 USD',
  'buy 0.9 BTC-28AUG26-68000-C at 0.0115, worth 0.02240, 639.36 USD / ' +
    'buy 0.9 BTC-28AUG26-62000-P at 0.0105, worth 0.02233, 693.86 USD',
];

export const PLANTED_VERTICALS: readonly string[] = [
  'buy 0.9 BTC-28AUG26-59000-P at 0.0070, worth 0.00864, 94.97 USD / ' +
    'sell 0.9 BTC-28AUG26-63000-P at 0.0245, worth 0.02167, 163.48 USD',
  'buy 0.9 BTC-28AUG26-58000-P at 0.0060, worth 0.00696, 55.12 USD / ' +
    'sell 0.9 BTC-28AUG26-62000-P at 0.0205, worth 0.01810, 138.47 USD',
  'buy 0.9 BTC-28AUG26-59000-P at 0.0065, worth 0.00768, 68.38 USD / ' +
    'sell 0.9 BTC-28AUG26-63000-P at 0.0225, worth 0.01991, 150.77 USD',
  'buy 0.9 BTC-28AUG26-59000-P at 0.0065, worth 0.00762, 64.88 USD / ' +
    'sell 0.9 BTC-28AUG26-63000-P at 0.0225, worth 0.01987, 153.16 USD',
  'buy 0.9 BTC-28AUG26-59000-P at 0.0060, worth 0.00715, 66.89 USD / ' +
    'sell 0.9 BTC-28AUG26-63000-P at 0.0210, worth 0.01853, 144.21 USD',
  'buy 0.9 BTC-28AUG26-59000-P at 0.0060, worth 0.00722, 71.00 USD / ' +
    'sell 0.9 BTC-28AUG26-63000-P at 0.0220, worth 0.01964, 137.19 USD',
  'buy 0.9 BTC-28AUG26-59000-P at 0.0065, worth 0.00788, 79.78 USD / ' +
    'sell 0.9 BTC-28AUG26-63000-P at 0.0235, worth 0.02075, 159.42 USD',
  'buy 0.9 BTC-28AUG26-59000-P at 0.0065, worth 0.00794, 83.04 USD / ' +
    'sell 0.9 BTC-28AUG26-63000-P at 0.0240, worth 0.02124, 159.35 USD',
  'buy 0.9 BTC-25SEP26-54000-P at 0.0075, worth 0.00897, 85.75 USD / ' +
    'sell 0.9 BTC-25SEP26-60000-P at 0.0250, worth 0.02193, 178.84 USD',
  'buy 0.9 BTC-25SEP26-54000-P at 0.0070, worth 0.00808, 63.07 USD / ' +
    'sell 0.9 BTC-25SEP26-60000-P at 0.0235, worth 0.02084, 155.57 USD',
  'buy 0.9 BTC-25SEP26-54000-P at 0.0065, worth 0.00794, 84.03 USD / ' +
    'sell 0.9 BTC-25SEP26-60000-P at 0.0230, worth 0.02042, 150.91 USD',
  'buy 0.9 BTC-28AUG26-60000-P at 0.0055, worth 0.00682, 77.24 USD / ' +
    'sell 0.9 BTC-28AUG26-64000-P at 0.0230, worth 0.02059, 140.97 USD',
  'buy 0.9 BTC-28AUG26-60000-P at 0.0055, worth 0.00706, 91.15 USD / ' +
    'sell 0.9 BTC-28AUG26-64000-P at 0.0230, worth 0.02010, 169.30 USD',
  'buy 0.9 BTC-28AUG26-61000-P at 0.0070, worth 0.00865, 96.53 USD / ' +
    'sell 0.9 BTC-28AUG26-65000-P at 0.0295, worth 0.02601, 204.23 USD',
  'buy 0.9 BTC-28AUG26-61000-P at 0.0070, worth 0.00859, 93.12 USD / ' +
    'sell 0.9 BTC-28AUG26-65000-P at 0.0295, worth 0.02591, 210.01 USD',
  'buy 0.9 BTC-28AUG26-60000-P at 0.0055, worth 0.00711, 93.71 USD / ' +
    'sell 0.9 BTC-28AUG26-64000-P at 0.0240, worth 0.02126, 159.86 USD',
  'buy 0.9 BTC-28AUG26-61000-P at 0.0065, worth 0.00821, 100.29 USD / ' +
    'sell 0.9 BTC-28AUG26-65000-P at 0.0280, worth 0.02491, 181.33 USD',
  'buy 0.9 BTC-28AUG26-61000-P at 0.0065, worth 0.00804, 90.55 USD / ' +
    'sell 0.9 BTC-28AUG26-65000-P at 0.0275, worth 0.02438, 183.11 USD',
];
