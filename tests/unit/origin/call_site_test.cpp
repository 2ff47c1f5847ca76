// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "origin/call_site.hpp"

#include <gtest/gtest.h>

namespace tt::alloc_trace::test {
namespace {

class CallSitesTest : public ::testing::Test {
protected:
    void native(const std::string& symbol, const std::string& file = "/opt/lib.so") {
        add({{}, 0, FrameKind::Native, 0, 0x1234, symbol, file, ""});
    }
    void python(const std::string& file, std::uint32_t line, const std::string& function) {
        add({{}, 0, FrameKind::Python, line, 0, function, file, ""});
    }
    const CallSites::CallSite& site() {
        table_.add(StackSeen{{}, static_cast<std::uint32_t>(table_.stacks().size()) + 1, stack_});
        stack_.clear();
        return sites_.of(static_cast<std::uint32_t>(table_.stacks().size()));
    }

    StackTable table_;
    CallSites sites_{table_};

private:
    void add(FrameSeen frame) {
        frame.number = static_cast<std::uint32_t>(table_.frames().size()) + 1;
        stack_.push_back(frame.number);
        table_.add(frame);
    }
    std::vector<std::uint32_t> stack_;
};

TEST_F(CallSitesTest, ThePythonLineOfTheAuthor) {
    native("_ZN2tt8tt_metal10BufferImpl13allocate_implEv");
    native("_ZN4ttnn7softmaxERKNS_6TensorE");
    native("_PyEval_EvalFrameDefault", "/usr/bin/python3.12");
    python("/home/me/venv/lib/python3.12/site-packages/ttnn/decorators.py", 700, "FastOperation.__call__");
    python("/usr/lib/python3.12/functools.py", 12, "wrapper");
    python("/home/me/model.py", 412, "Attention.forward");
    python("/home/me/main.py", 3, "<module>");
    EXPECT_EQ(site().text, "model.py:412 Attention.forward");
}

TEST_F(CallSitesTest, AnInstalledModelIsItsAuthors) {
    native("f");
    python("/venv/lib/python3.10/site-packages/ttnn/core.py", 1, "f");
    python("/venv/lib/python3.10/site-packages/vllm/worker.py", 88, "run");
    EXPECT_EQ(site().text, "worker.py:88 run");
}

TEST_F(CallSitesTest, TheNativeFunctionOfTheAuthor) {
    native("_ZN2tt8tt_metal6Buffer6createEv");
    native("_ZNSt8functionIFvvEEclEv");
    native("_ZN6engine4loadEi", "/opt/libengine.so");
    native("main", "/opt/app");
    EXPECT_EQ(site().text, "engine::load");
    native("_ZN2tt8tt_metal6Buffer6createEv");
    native("", "/opt/app");
    EXPECT_EQ(site().text, "app+0x1234");
    native("_ZN2tt8tt_metal6Buffer6createEv");
    native("", "");
    EXPECT_EQ(site().text, "0x1234");
}

TEST_F(CallSitesTest, WhereAllIsTheLibrarysTheOutermostIsShown) {
    native("_ZN2tt8tt_metal6Buffer6createEv");
    native("_ZN2tt8tt_metal5startEv");
    EXPECT_EQ(site().text, "tt::tt_metal::start");
}

TEST_F(CallSitesTest, TheOperationIsTheOutermostOfTtnn) {
    native("_ZN2tt8tt_metal10BufferImpl13allocate_implEv");
    native("_ZN4ttnn4prim22SoftmaxDeviceOperation21create_output_tensorsEv");
    native("_ZN4ttnn16device_operation6launchEv");
    native("_ZN4ttnn4prim7softmaxEv");
    native("_ZN4ttnn7softmaxERKNS_6TensorE");
    native("_ZN8nanobind4callEv");
    EXPECT_EQ(site().operation, "ttnn::softmax");
}

TEST_F(CallSitesTest, WhatBindingsAreMadeOfIsNoOperation) {
    native("_ZN2tt8tt_metal10BufferImpl13allocate_implEv");
    native("_ZN4ttnn10operations20UnaryDeviceOperation21create_output_tensorsEv");
    native("_ZN4ttnn3addERKNS_6TensorES2_");
    native("_ZN4ttnn10operations6binary6detail29add_fast_approx_tensor_tensorEv");
    native("_ZZN4ttnn6detail19make_method_wrapperINS_4baseEEEvvENKUlvE_clEv");
    native("_ZN8nanobind6detail4callEv");
    EXPECT_EQ(site().operation, "ttnn::add");
}

TEST_F(CallSitesTest, APlainTensorIsOfNoOperation) {
    native("_ZN2tt8tt_metal10BufferImpl13allocate_implEv");
    native("_ZN4ttnn9to_deviceEv");
    python("/home/me/model.py", 7, "load");
    const CallSites::CallSite found = site();
    EXPECT_EQ(found.operation, "");
    EXPECT_EQ(found.text, "model.py:7 load");
}

TEST_F(CallSitesTest, NoStackIsNoCallSite) {
    EXPECT_EQ(sites_.of(0).text, "");
    EXPECT_EQ(sites_.of(7).text, "");
}

// A function that allocates in two places is one call site.
TEST_F(CallSitesTest, PlacesOfOneNameAreOne) {
    native("_ZN6engine4loadEi", "/opt/libengine.so");
    const std::uint32_t first = site().frame;
    native("_ZN6engine4loadEi", "/opt/libengine.so");
    EXPECT_EQ(site().frame, first);
    native("_ZN6engine4saveEi", "/opt/libengine.so");
    EXPECT_NE(site().frame, first);
}

}  // namespace
}  // namespace tt::alloc_trace::test
