# SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
# SPDX-License-Identifier: Apache-2.0
"""Holds tt-alloc-trace against public releases of the real runtime, without hardware: see docs/real-runtime.md."""
