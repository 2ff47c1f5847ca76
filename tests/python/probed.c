/* SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors */
/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An extension module with a function to probe. Each call of it has a number; `record` is then called from the same instruction of the
 * same Python frame, with that number and how many native frames of the interpreter's loop are on the stack.
 */
#define _GNU_SOURCE
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <dlfcn.h>
#include <execinfo.h>
#include <pthread.h>

__attribute__((noinline, visibility("default"))) void tat_probed(unsigned long number) { __asm__ volatile("" ::"r"(number) : "memory"); }

static unsigned long calls;

static unsigned long next_call(void) { return __atomic_add_fetch(&calls, 1, __ATOMIC_RELAXED); }

#define MAX_FRAMES 2048

static unsigned long evaluators(void) {
    static __thread void *frames[MAX_FRAMES];
    unsigned long found = 0;
    for (int i = backtrace(frames, MAX_FRAMES) - 1; i >= 0; --i) {
        Dl_info info;
        found += dladdr(frames[i], &info) && info.dli_sname && strcmp(info.dli_sname, "_PyEval_EvalFrameDefault") == 0;
    }
    return found;
}

static PyObject *tell(PyObject *record, unsigned long number) { return PyObject_CallFunction(record, "kk", number, evaluators()); }

static PyObject *hit(PyObject *self, PyObject *record) {
    (void)self;
    unsigned long number = next_call();
    tat_probed(number);
    return tell(record, number);
}

/* As bindings do around calls that take long. */
static PyObject *hit_unlocked(PyObject *self, PyObject *record) {
    (void)self;
    unsigned long number = next_call();
    Py_BEGIN_ALLOW_THREADS
    tat_probed(number);
    Py_END_ALLOW_THREADS
    return tell(record, number);
}

static PyObject *call(PyObject *self, PyObject *callable) {
    (void)self;
    return PyObject_CallFunction(callable, NULL);
}

static void *run_callable(void *callable) {
    PyGILState_STATE state = PyGILState_Ensure();
    PyObject *result = PyObject_CallFunction(callable, NULL);
    if (!result) {
        PyErr_Print();
    }
    Py_XDECREF(result);
    PyGILState_Release(state);
    return NULL;
}

/* In a thread that Python has not made. */
static PyObject *call_in_native_thread(PyObject *self, PyObject *callable) {
    (void)self;
    pthread_t thread;
    Py_BEGIN_ALLOW_THREADS
    if (pthread_create(&thread, NULL, run_callable, callable) == 0) {
        pthread_join(thread, NULL);
    }
    Py_END_ALLOW_THREADS
    Py_RETURN_NONE;
}

/* The probed function, many times in a row: for what a call costs. */
static PyObject *hit_many(PyObject *self, PyObject *count) {
    (void)self;
    for (unsigned long left = PyLong_AsUnsignedLong(count); left > 0; --left) {
        tat_probed(0);
    }
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"hit", hit, METH_O, NULL},
    {"hit_unlocked", hit_unlocked, METH_O, NULL},
    {"call", call, METH_O, NULL},
    {"call_in_native_thread", call_in_native_thread, METH_O, NULL},
    {"hit_many", hit_many, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef_Slot slots[] = {
#if PY_VERSION_HEX >= 0x030c0000
    {Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED},
#endif
    {0, NULL},
};

static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "probed", NULL, 0, methods, slots, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit_probed(void) { return PyModuleDef_Init(&module); }
